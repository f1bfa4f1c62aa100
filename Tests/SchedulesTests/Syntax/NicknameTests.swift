import Schedules
import Testing

@testable import struct Schedules.CronFields

@Suite("A nickname")
struct NicknameTests {
    @Test(
        "stands for its five fields, in any case",
        arguments: [
            ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
            ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@DAILY", "0 0 * * *"),
            (" @Hourly ", "0 * * * *"),
        ])
    func expansion(nickname: String, expression: String) throws {
        let (short, long) = (try read(nickname), try read(expression))
        #expect(short.fields == long.fields)
        #expect(short.hasFixedTimes == long.hasFixedTimes)
        #expect(short.starred == long.starred)
        #expect(short.text == nickname)
    }

    @Test("is fixed unless it comes every hour")
    func fixedTimes() throws {
        #expect(try !read("@hourly").hasFixedTimes)
        #expect(try read("@daily").hasFixedTimes)
        #expect(try read("@weekly").hasFixedTimes)
    }

    @Test("has no seconds, whatever the entry says of them")
    func seconds() throws {
        #expect(try read("@daily", hasSeconds: true).fields == read("@daily").fields)
    }

    @Test(
        "must be one of those that there are",
        arguments: ["@", "@foo", "@daily @daily", "@daily 5", "@every", "@dailyy"])
    func unknown(text: String) {
        let failure = failure(text)
        #expect(failure?.message.hasPrefix("'\(text)' is no nickname; expected one of @hourly, @daily") == true)
        #expect(failure?.offset == 0)
    }

    @Test("that is nearly one of them is answered with that one")
    func near() {
        #expect(failure("  @dayly")?.message.hasSuffix("did you mean '@daily'?") == true)
        #expect(failure("  @dayly")?.offset == 2)
    }
}
