# Filled with the sources of ledger/records.
