import Kernel

// It owns the standard output, which is written to below.
let host = try Host(HostOptions(ThisProcess.arguments))
do {
    try host.run()
} catch {
    StandardDescriptors.writeOutput("threw \(error)\n")
    ThisProcess.exit(111)
}
