import Kernel
import Ledger

// Before anything else: until they are blocked, signals have their default action.
SignalQueue.blockAll()
ThisProcess.exit(LedgerProgram.main(ThisProcess.arguments))
