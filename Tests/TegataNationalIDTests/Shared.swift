import Foundation
import Tegata
import TegataCrypto
import Testing

@testable import TegataNationalID

/// Authorities and keys are slow to make, so one set serves the whole run.
enum Shared {
    static let rsa = TestAuthority(for: .jpkiRSA)
    static let p384 = TestAuthority(for: .jpkiP384)
    static let estonian = TestAuthority(for: .estonian)
    /// The authority of signature certificates, with the same kind of key.
    static let signatures = TestAuthority(for: .jpkiRSA, role: .signature, generation: 2026)

    static let rsaKey = SoftwareCard.Key.rsa(RSA.PrivateKey())
    static let otherRSAKey = SoftwareCard.Key.rsa(RSA.PrivateKey())
    static let challenge = [UInt8](repeating: 0xC4, count: 32)
    static let now: Int64 = 1_795_000_000

    static func authority(_ cardClass: CardClass) -> TestAuthority {
        switch cardClass {
        case .jpkiRSA: rsa
        case .jpkiP384: p384
        default: estonian
        }
    }

    static func key(_ cardClass: CardClass) -> SoftwareCard.Key {
        cardClass == .jpkiRSA ? rsaKey : .nist(NISTPrivateKey(.p384))
    }

    static let jpki = JPKI(anchors: .test(rsa, p384), revocation: .acceptNotChecked)

    /// The outcome as text, so that tables of refusals read well.
    static func outcome(
        _ verifier: some EvidenceVerifier, _ evidence: [UInt8], over challenge: [UInt8] = challenge,
        at time: Int64 = now
    ) async -> Refusal? {
        do {
            _ = try await verifier.verify(evidence, over: challenge, at: time)
            return nil
        } catch {
            return error
        }
    }

    static let vectors = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/vectors/national-id").standardizedFileURL

    static var hasVectors: Bool { FileManager.default.fileExists(atPath: vectors.path) }

    /// A certificate file, DER or PEM.
    static func certificate(_ name: String) throws -> [UInt8] {
        let data = try Data(contentsOf: vectors.appending(path: name))
        guard data.first != 0x30 else { return Array(data) }
        let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
        let body = lines.drop { !$0.hasPrefix("-----BEGIN") }.dropFirst()
            .prefix { !$0.hasPrefix("-----END") }.joined()
        return Array(try #require(Data(base64Encoded: body)))
    }
}
