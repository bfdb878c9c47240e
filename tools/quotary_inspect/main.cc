// quotary-inspect: the program that reads evidence files for a server, which starts it. Apart from `quotary`, so that
// what decodes strangers' pictures and documents is not even linked into the program that holds the keys.
#include "api/inspecting/reading/process.h"

#include <unistd.h>

int main() { return quotary::inspecting::run_inspect_process(STDIN_FILENO); }
