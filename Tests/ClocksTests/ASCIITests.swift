import Clocks
import Testing

@Suite("A byte of ASCII")
struct ASCIITests {
    private func bytes(where isWanted: (UInt8) -> Bool) -> String {
        String(decoding: (0...255).filter(isWanted), as: UTF8.self)
    }

    @Test("is a digit, a letter or a blank where the table of ASCII says so")
    func kinds() {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        #expect(bytes(where: ASCII.isDigit) == "0123456789")
        #expect(bytes(where: ASCII.isLetter) == letters + letters.lowercased())
        #expect(bytes(where: ASCII.isBlank) == "\t ")
    }

    @Test("has a value as a hexadecimal digit if it is one")
    func hexadecimal() {
        for byte in UInt8.min ... .max {
            #expect(ASCII.hexadecimal(byte) == UInt8(String(decoding: [byte], as: UTF8.self), radix: 16))
        }
    }
}
