// swift-tools-version: 6.2
import PackageDescription

// A worker of your own: job functions in Swift, compiled into a program that cronsupd starts for their entries. Copy
// this folder, and name cronsupd by the URL of its repository and a version or a branch, instead of a path:
//
//     .package(url: "…/cronsupd.git", branch: "main")
let package = Package(
    name: "own-worker",
    dependencies: [.package(name: "cronsupd", path: "../..")],
    targets: [
        // The functions by themselves, so that tests can import them.
        .target(name: "OwnJobs", dependencies: [.product(name: "CronWorkerKit", package: "cronsupd")]),
        .testTarget(name: "OwnJobsTests", dependencies: ["OwnJobs"]),
        .executableTarget(
            name: "own-worker",
            dependencies: ["OwnJobs", .product(name: "CronWorkerKit", package: "cronsupd")],
            // Static: a tenth of the memory of a dynamic program, which counts where each job has a process.
            swiftSettings: [.unsafeFlags(["-static-executable"])],
            linkerSettings: [.unsafeFlags(["-static-executable"])]),
    ]
)
