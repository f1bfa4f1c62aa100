import Glibc
import Kernel
import Testing

// In processes of their own: directory and environment belong to the whole process.
@Suite("What a process has around it")
struct SurroundingsTests {
    @Test("is a directory, which it may leave")
    func directory() async {
        await #expect(processExitsWith: .success) {
            try Surroundings.changeDirectory(to: "/usr")
            let directory = try Surroundings.directory()
            guard directory == "/usr" else { exit(1) }
            do throws(SystemError) {
                try Surroundings.changeDirectory(to: "/nowhere")
            } catch {
                guard error == SystemError("chdir", "/nowhere", code: ENOENT) else { exit(2) }
                exit(0)
            }
            exit(3)
        }
    }

    @Test("is an environment, of which all but what is to be kept may go")
    func variables() async {
        await #expect(processExitsWith: .success) {
            clearenv()
            for (name, value) in [("A", "1"), ("KEEP_A", "x=y"), ("KEEP_B", ""), ("KEEP", "no")] {
                try Surroundings.setVariable(name, value)
            }
            try Surroundings.clearVariables(keeping: "KEEP_")
            guard ThisProcess.environment == ["KEEP_A=x=y", "KEEP_B="] else { exit(1) }
            try Surroundings.setVariable("KEEP_B", nil)
            try Surroundings.setVariable("NEW", "v")
            exit(ThisProcess.environment == ["KEEP_A=x=y", "NEW=v"] ? 0 : 2)
        }
    }
}
