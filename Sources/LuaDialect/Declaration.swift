/// A statement of the dialect that is blanked whole.
enum Declaration {
    case type
    case interface
}
