import Foundation
import Synchronization
import TegataCrypto
import TegataLog
import TegataSDJWT
import TestSupport

@testable import Tegata

/// A ministry that lists a city, and a verifier elsewhere that pins the ministry.
final class TrustWorld: Sendable {
    static let now = World.now
    static let year: Int64 = 31_536_000

    let city: World
    let key: SigningKey
    let log: Ed25519.PrivateKey
    let signer: TrustSigner
    let directory: LogDirectory

    init(_ city: World? = nil) async throws {
        self.city = if let city { city } else { try await World.secp256k1.value }
        key = .secp256k1(Secp256k1.PrivateKey())
        log = Ed25519.PrivateKey()
        signer = try Self.signer(key, log)
        directory = LogDirectory(
            at: FileManager.default.temporaryDirectory.path + "/tegata-trust-\(UUID())")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory.path) }

    static func signer(
        _ key: SigningKey, _ log: Ed25519.PrivateKey, at now: Int64 = now
    ) throws -> TrustSigner {
        try TrustSigner(at: "https://trust.example", key: key, log: log, clock: { now })
    }

    var statuses: [String] { [city.issuer.statusListURI()] }

    func contents(
        _ terms: [KeyTerm] = [], attestors: [TrustedAttestor] = []
    ) throws -> TrustContents {
        TrustContents(
            issuers: [try TrustedIssuer(city.issuer.profile, terms: terms, statuses: statuses)],
            attestors: attestors)
    }

    /// The next version.
    func publish(_ contents: TrustContents? = nil) async throws -> String {
        try await signer.publish(
            try contents ?? self.contents(), until: Self.now + 86_400, in: directory)
    }

    func open(_ text: String, by pin: TrustPin? = nil) throws -> TrustBundle {
        try (try pin ?? signer.pin()).open(text, at: Self.now)
    }

    /// A bundle as its signer would never make it: every signature and proof is right, and `change` has changed the payload.
    func spoilt(
        _ text: String, version: UInt32 = 1, _ change: (inout Members) throws -> Void
    ) throws -> String {
        let token = String(text.prefix { $0 != "\n" })
        var forgery = try TokenForgery(token)
        try change(&forgery.payload)
        return try logged(forgery.signed(by: key), version: version)
    }

    /// `token` as the entry of `version`, in a log of this signer that has nothing else.
    func logged(_ token: String, version: UInt32 = 1, witness: NoteSigner? = nil) throws -> String {
        var tree = MerkleTree()
        for _ in 1..<version { tree.append(TreeHash(leaf: [])) }
        tree.append(
            TreeHash(leaf: TrustBundle.entry(version, SHA256.hash(Array(token.utf8)))))
        let name = "trust.example/tegata-trust"
        var note = try Checkpoint(origin: name, size: tree.size, root: tree.root)
            .signed(by: try NoteSigner(name: name, kind: .log, key: log))
        if let witness { note = witness.sign(note, at: UInt64(Self.now)) }
        return try token + "\n" + TrustSigner.proof(of: UInt64(version) - 1, in: tree, note)
    }

    func door(
        _ bundle: TrustBundle, _ source: some StatusSource, policy: VerifierPolicy = .strict,
        ahead: Int64 = 0, kiosks: [Secp256k1.PublicKey] = []
    ) -> Verifier {
        Verifier(
            at: World.doorID, trusting: bundle, statuses: source, kiosks: kiosks, policy: policy,
            store: .inMemory(), clock: { Self.now + ahead })
    }

    /// Shows the city's card at a door.
    func show(at door: Verifier) async throws -> Membership {
        let challenge = try await door.challenge(asking: ["tier"])
        return try await door.verify(try city.forgery().presentation(for: challenge))
    }
}
