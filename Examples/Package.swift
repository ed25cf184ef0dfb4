// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// Servers and argument parsing belong here, out of the graph of those who only want the library.
let package = Package(
    name: "tegata-examples",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "tegata", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        // From 2.21 on it refuses what used to stop a server (A118 to A120).
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.21.0"),
    ],
    targets: [
        .executableTarget(
            name: "demo",
            dependencies: [
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
            ], swiftSettings: settings),
        // What the two services and those who ask them have in common: HTTP, key files.
        .target(
            name: "ServiceKit",
            dependencies: [
                .product(name: "Tegata", package: "tegata"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "attestor",
            dependencies: [
                "ServiceKit", .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "node",
            dependencies: [
                "ServiceKit", .product(name: "Tegata", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "split",
            dependencies: [
                "ServiceKit", .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "tegata",
            dependencies: [
                .product(name: "Tegata", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
    ]
)
