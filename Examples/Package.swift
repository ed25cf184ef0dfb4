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
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.3.0"),
        // The tests' browser.
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.24.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    ],
    targets: [
        .executableTarget(
            name: "demo",
            dependencies: [
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataArchive", package: "tegata"),
                .product(name: "TegataEthereum", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "TegataOpenID", package: "tegata"),
            ], swiftSettings: settings),
        // What the two services and those who ask them have in common: HTTP, key files.
        .target(
            name: "ServiceKit",
            dependencies: [
                .product(name: "Tegata", package: "tegata"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], swiftSettings: settings),
        .systemLibrary(
            name: "CQREncode", pkgConfig: "libqrencode",
            providers: [.apt(["libqrencode-dev"]), .brew(["qrencode"])]),
        // What people see, whichever server shows it: markup, words, style, codes, cards; and the web server under it.
        .target(
            name: "Pages",
            dependencies: [
                "CQREncode", "ServiceKit", .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: settings),
        // Where issuers and verifiers keep things: a folder, or a database that several processes share.
        .target(
            name: "Storage",
            dependencies: [
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataPostgres", package: "tegata"),
                .product(name: "TegataSQLite", package: "tegata"),
            ], swiftSettings: settings),
        .target(
            name: "IssuerService",
            dependencies: [
                "HardwareKeys", "Pages", "ServiceKit", "Storage",
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataArchive", package: "tegata"),
                .product(name: "TegataLog", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "TegataOpenID", package: "tegata"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: settings),
        .systemLibrary(
            name: "CPKCS11", pkgConfig: "p11-kit-1",
            providers: [.apt(["libp11-kit-dev"]), .brew(["p11-kit"])]),
        // Signing keys that a hardware module keeps.
        .target(
            name: "HardwareKeys",
            dependencies: ["CPKCS11", .product(name: "Tegata", package: "tegata")],
            swiftSettings: settings),
        .testTarget(
            name: "HardwareKeysTests",
            dependencies: ["HardwareKeys", .product(name: "Tegata", package: "tegata")],
            swiftSettings: settings),
        .executableTarget(
            name: "issuer",
            dependencies: [
                "IssuerService", "Pages", "ServiceKit",
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        // What an issuer takes when everybody comes at once.
        .executableTarget(
            name: "load",
            dependencies: [
                "IssuerService", "Pages", "ServiceKit",
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        // A holder of cards for tests and demonstrations: its logic, its folder and its pages.
        .target(
            name: "WalletService",
            dependencies: [
                "Pages", "ServiceKit", .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataOpenID", package: "tegata"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "wallet",
            dependencies: [
                "WalletService", "Pages", "ServiceKit",
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .testTarget(
            name: "WalletServiceTests",
            dependencies: [
                "VerifierService", "WalletService", "wallet", "Pages", "ServiceKit",
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataOpenID", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
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
            name: "witness",
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
        // An inn's counter, a kiosk, a hall: whoever asks members for their cards.
        .target(
            name: "VerifierService",
            dependencies: [
                "Pages", "ServiceKit", "Storage",
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "TegataOpenID", package: "tegata"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "verifier",
            dependencies: [
                "VerifierService", "Pages", "ServiceKit",
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "TegataOpenID", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .testTarget(
            name: "VerifierServiceTests",
            dependencies: [
                "VerifierService", "Pages", "ServiceKit",
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "TegataOpenID", package: "tegata"),
                .product(name: "TegataSQLite", package: "tegata"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "tegata",
            dependencies: [
                "IssuerService", "Pages", "ServiceKit", "VerifierService", "WalletService",
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataArchive", package: "tegata"),
                .product(name: "TegataEthereum", package: "tegata"),
                .product(name: "TegataSQLite", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        // Drives the built tool as people do, process after process.
        .testTarget(
            name: "ToolTests",
            dependencies: [
                "tegata", "IssuerService", "Pages", "ServiceKit",
                .product(name: "Tegata", package: "tegata"),
                .product(name: "TegataNationalID", package: "tegata"),
            ], swiftSettings: settings),
        .testTarget(
            name: "IssuerServiceTests",
            dependencies: [
                "IssuerService", "WalletService", "Pages", "ServiceKit", "issuer",
                .product(name: "TegataNationalID", package: "tegata"),
                .product(name: "TegataOpenID", package: "tegata"),
                .product(name: "Tegata", package: "tegata"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
    ]
)
