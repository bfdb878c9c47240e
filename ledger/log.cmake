# Filled with the sources of ledger/log.
