// The confinement under which documents are judged.
#pragma once

#include "api/confined/confinement.h"

namespace quotary::judging {

using confined::confine;
using confined::Confinement;

}  // namespace quotary::judging
