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
    ],
    targets: [
        .executableTarget(
            name: "demo",
            dependencies: [
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "tegata",
            dependencies: [
                .product(name: "Tegata", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
    ]
)
