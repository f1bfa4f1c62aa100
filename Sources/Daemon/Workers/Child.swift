/// Whose child a process is.
enum Child {
    case worker(Job)
    case query(ProgramQuery)
    case ledger
}
