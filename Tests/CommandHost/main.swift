import Kernel

do {
    try Host(HostOptions(ThisProcess.arguments)).run()
} catch {
    StandardDescriptors.writeOutput("threw \(error)\n")
    ThisProcess.exit(111)
}
