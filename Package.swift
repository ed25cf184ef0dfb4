// swift-tools-version: 6.3
import PackageDescription

/// One set of rules for every target: Swift 6 mode, every pointer marked, no warning left over.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "tegata",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "Tegata", targets: ["Tegata"]),
        .library(name: "TegataLog", targets: ["TegataLog"]),
        .library(name: "TegataSQLite", targets: ["TegataSQLite"]),
        .library(name: "TegataPostgres", targets: ["TegataPostgres"]),
        .library(name: "TegataJournalKit", targets: ["TegataJournalKit"]),
        .library(name: "TegataArchive", targets: ["TegataArchive"]),
        .library(name: "TegataNationalID", targets: ["TegataNationalID"]),
        .library(name: "TegataOpenID", targets: ["TegataOpenID"]),
        .library(name: "TegataEthereum", targets: ["TegataEthereum"]),
    ],
    targets: [
        .systemLibrary(
            name: "CSecp256k1", pkgConfig: "libsecp256k1",
            providers: [.apt(["libsecp256k1-dev"]), .brew(["secp256k1"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(
            name: "CPostgres", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),

        .target(
            name: "TegataCrypto", dependencies: ["CSecp256k1", "COpenSSL", "CZlib"],
            swiftSettings: strict),
        .target(name: "TegataSDJWT", dependencies: ["TegataCrypto"], swiftSettings: strict),
        .target(name: "TegataProofs", dependencies: ["TegataCrypto"], swiftSettings: strict),
        .target(name: "TegataLog", dependencies: ["TegataCrypto"], swiftSettings: strict),
        .target(
            name: "Tegata",
            dependencies: ["TegataCrypto", "TegataSDJWT", "TegataProofs", "TegataLog"],
            swiftSettings: strict),
        .target(
            name: "TegataNationalID", dependencies: ["Tegata", "TegataCrypto", "TegataSDJWT"],
            swiftSettings: strict),
        .target(
            name: "TegataOpenID", dependencies: ["Tegata", "TegataCrypto", "TegataSDJWT"],
            swiftSettings: strict),

        .target(
            name: "TegataEthereum", dependencies: ["Tegata", "TegataCrypto", "TegataSDJWT"],
            swiftSettings: strict),

        .target(
            name: "TegataSQLite",
            dependencies: ["Tegata", "TegataLog", "TegataCrypto", "CSQLite"],
            swiftSettings: strict),
        .target(
            name: "TegataPostgres",
            dependencies: ["Tegata", "TegataLog", "TegataCrypto", "CPostgres"],
            swiftSettings: strict),
        .target(
            name: "TegataArchive",
            dependencies: ["Tegata", "TegataLog", "TegataProofs", "TegataSDJWT", "TegataCrypto"],
            swiftSettings: strict),
        .target(
            name: "TegataJournalKit", dependencies: ["Tegata", "TegataLog", "TegataCrypto"],
            swiftSettings: strict),

        // Both reach `package` declarations, which stop at this package's edge; neither is a product.
        .executableTarget(
            name: "conformance",
            dependencies: [
                "Tegata", "TegataCrypto", "TegataSDJWT", "TegataProofs", "TegataLog",
                "TegataNationalID", "TegataOpenID", "TegataEthereum", "TegataArchive",
            ], swiftSettings: strict),
        .executableTarget(
            name: "bench",
            // The C libraries too: what they take by themselves is the ruler.
            dependencies: [
                "Tegata", "TegataCrypto", "TegataSDJWT", "TegataNationalID", "TegataLog",
                "TegataProofs", "TegataSQLite", "TegataPostgres", "TegataArchive", "TestSupport",
                "CSecp256k1", "COpenSSL",
            ], swiftSettings: strict),

        .executableTarget(
            name: "constant-time", dependencies: ["TegataCrypto", "TegataProofs"],
            path: "Tests/ConstantTime", exclude: ["taint.c", "calls.c", "libsecp256k1.supp"],
            swiftSettings: strict),
        .executableTarget(
            name: "crash",
            dependencies: [
                "Tegata", "TegataCrypto", "TegataSDJWT", "TegataProofs", "TegataLog",
                "TegataSQLite", "TegataPostgres", "TestSupport",
            ], path: "Tests/Crash", exclude: ["faults.c"], swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["TegataCrypto", "TegataSDJWT"],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "TegataCryptoTests", dependencies: ["TegataCrypto", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TegataSDJWTTests", dependencies: ["TegataSDJWT", "TegataCrypto", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TegataProofsTests",
            dependencies: ["TegataProofs", "TegataSDJWT", "TegataCrypto", "TestSupport"],
            exclude: ["model_driver.py"], swiftSettings: strict),
        .testTarget(
            name: "TegataLogTests", dependencies: ["TegataLog", "TegataCrypto"],
            swiftSettings: strict),
        .testTarget(
            name: "TegataSQLiteTests",
            dependencies: ["TegataSQLite", "Tegata", "TegataLog", "TegataJournalKit"],
            swiftSettings: strict),
        .testTarget(
            name: "TegataPostgresTests",
            dependencies: [
                "TegataPostgres", "Tegata", "TegataCrypto", "TegataLog", "TegataSDJWT",
                "TegataJournalKit", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TegataTests",
            dependencies: [
                "Tegata", "TegataNationalID", "TegataCrypto", "TegataSDJWT", "TegataProofs",
                "TegataLog", "TegataSQLite", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "TegataNationalIDTests",
            dependencies: ["TegataNationalID", "Tegata", "TegataCrypto", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TegataArchiveTests",
            dependencies: [
                "TegataArchive", "Tegata", "TegataSQLite", "TegataLog", "TegataProofs",
                "TegataCrypto", "TegataSDJWT", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "TegataOpenIDTests",
            dependencies: [
                "TegataOpenID", "Tegata", "TegataNationalID", "TegataCrypto", "TegataSDJWT",
                "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "TegataEthereumTests",
            dependencies: [
                "TegataEthereum", "Tegata", "TegataCrypto", "TegataSDJWT", "TestSupport",
            ], swiftSettings: strict),
    ]
)
