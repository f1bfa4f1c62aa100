import Kernel

/// `make test-long` asks for the sizes that take minutes.
enum LongTests {
    private static let isOn = ThisProcess.environment("LONG_TESTS") != nil

    static func size(_ short: Int, long: Int) -> Int { isOn ? long : short }
}
