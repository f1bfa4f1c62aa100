// swift-tools-version: 6.2
import PackageDescription

// A worker of your own: job functions in Swift, compiled into a program that cronsupd starts for their entries. Copy
// this folder, and name cronsupd by its address instead of a path.
let package = Package(
    name: "own-worker",
    dependencies: [.package(name: "cronsupd", path: "../..")],
    targets: [
        .executableTarget(
            name: "own-worker",
            dependencies: [.product(name: "CronWorkerKit", package: "cronsupd")],
            // Static: a tenth of the memory of a dynamic program, which counts where each job has a process.
            swiftSettings: [.unsafeFlags(["-static-executable"])],
            linkerSettings: [.unsafeFlags(["-static-executable"])])
    ]
)
