import Foundation
import ServiceKit
import Tegata
import Testing

@testable import VerifierService

/// A counter that believes a bundle: files on its own disk, and nobody asked for anything.
@Suite struct BundleTrustTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/tegata-bundle-\(UUID())"
    /// Nobody listens there: whoever asks for a status is refused at once.
    private let city = Issuer(at: "http://127.0.0.1:1", keys: .generate())
    private let signer: TrustSigner

    init() throws {
        signer = try TrustSigner(
            at: "https://trust.example", key: .p256(TegataCrypto.P256.PrivateKey()),
            log: Ed25519.PrivateKey())
    }

    private var trust: BundleTrust {
        BundleTrust(
            pin: folder + "/pin.json", bundle: folder + "/trust/trust",
            statuses: folder + "/statuses")
    }

    private func publish(_ issuers: [Issuer]) async throws {
        let contents = TrustContents(
            issuers: try issuers.map {
                try TrustedIssuer($0.profile, statuses: [$0.id + "/tegata/status"])
            })
        _ = try await signer.publish(
            contents, until: Int64(Date().timeIntervalSince1970) + 86_400,
            in: LogDirectory(at: folder + "/trust"))
    }

    @Test func `a card is checked with what is on the disk, and a newer bundle counts at once`()
        async throws
    {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let edition = try await city.open(Edition("visitors", limit: 5, nationalID: []))
        let holder = Holder(key: Secp256k1.PrivateKey())
        let card = try holder.accept(
            try await city.issue(to: try await holder.request(edition), claims: ["tier": "gold"]),
            from: city.profile)
        try await publish([city])
        try KeyFile.write(Array(try signer.pin().encoded.utf8), to: folder + "/pin.json")
        let source = try #require(city.profile.statuses)
        let lists = Lists(source: source)
        #expect(
            await StatusFolder(at: trust.statuses).refresh(from: lists, for: try trust.open())
                .isEmpty)
        let issuers = TrustedIssuers([], trust, fromLoopback: true)
        await #expect(throws: Refusal.unavailable) {
            try await issuers.verifier(at: "https://inn.example", kiosks: [], store: .inMemory())
        }
        await issuers.meet()
        #expect(await issuers.isComplete)
        func show() async throws -> Membership {
            let verifier = try await issuers.verifier(
                at: "https://inn.example", kiosks: [], store: .inMemory())
            let challenge = try await verifier.challenge(asking: ["tier"])
            return try await verifier.verify(
                try holder.present(card, revealing: ["tier"], to: challenge))
        }
        #expect(try await show().issuer == city.id)

        // The next one leaves the city out, and the one before is not taken back.
        let first = try String(contentsOfFile: trust.bundle, encoding: .utf8)
        try await publish([])
        await issuers.meet()
        await #expect(throws: Refusal.issuerUntrusted) { try await show() }
        try first.write(toFile: trust.bundle, atomically: true, encoding: .utf8)
        #expect(throws: Refusal.replayed) { try trust.open() }
        await issuers.meet()
        await #expect(throws: Refusal.issuerUntrusted) { try await show() }
        #expect(await issuers.version == 2)
    }

    /// The city's own lists, as they are brought by hand.
    private struct Lists: StatusSource {
        let source: any StatusSource

        func statusList(at uri: String) async throws -> String {
            try await source.statusList(at: uri)
        }
    }
}
