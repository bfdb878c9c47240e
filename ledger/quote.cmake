# Filled with the sources of ledger/quote.
