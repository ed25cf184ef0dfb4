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
        // Older ones can be stopped by a request: many headers (A118), a nested form or a range (A120).
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.26.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
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
                .product(name: "NIOCore", package: "swift-nio"),
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
