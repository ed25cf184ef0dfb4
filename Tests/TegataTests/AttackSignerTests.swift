import Synchronization
import Tegata
import TegataCrypto
import TegataSDJWT
import TestSupport
import Testing

/// Rows A10, A18 and A19: what our own signer gives out.
@Suite struct AttackSignerTests {
    /// RFC 6979 §3.2 for SHA-256 and a 256-bit order, written from the text: the first k.
    private func firstNonce(_ key: [UInt8], _ digest: FixedBytes<32>) -> [UInt8] {
        let reduced = Scalar(reducingBigEndian: digest.array).encoded
        var k = [UInt8](repeating: 0, count: 32)
        var v = [UInt8](repeating: 1, count: 32)
        for separator in [0, 1] as [UInt8] {
            k = HMAC.authenticationCode(for: v + [separator] + key + reduced, key: k)
            v = HMAC.authenticationCode(for: v, key: k)
        }
        return HMAC.authenticationCode(for: v, key: k)
    }

    @Test func `signatures are RFC 6979's, low, and never share a nonce (A10, A18, A19)`() throws {
        let key = World.privateKey("signer")
        // A restored snapshot has the same state: its nonces follow from key and message alone.
        let snapshot = try Secp256k1.PrivateKey(rawRepresentation: key.exposedRawRepresentation)
        let secret = try SecretScalar(parsing: key.exposedRawRepresentation)
        let half =
            Hex.decode("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0") ?? []
        var seen = Set<[UInt8]>()
        var withLeadingZero = 0
        for number in 0..<3_000 {
            let digest = SHA256.hash(Array("message \(number)".utf8))
            let signature = key.signature(forDigest: digest)
            let r = Array(signature.array[..<32])
            let s = Array(signature.array[32...])
            #expect(seen.insert(r).inserted)
            #expect(!half.lexicographicallyPrecedes(s))
            let nonce = firstNonce(key.exposedRawRepresentation, digest)
            guard nonce[0] == 0 || number % 100 == 0 else { continue }
            withLeadingZero += nonce[0] == 0 ? 1 : 0
            #expect(snapshot.signature(forDigest: digest) == signature)
            let k = try SecretScalar(parsing: nonce)
            let x = Scalar(reducingBigEndian: Array(k.timesGenerator.encoded.dropFirst()))
            let z = Scalar(reducingBigEndian: digest.array)
            let full = k.inverse.exposed * (z + x * secret.exposed)
            #expect(r == x.encoded)
            #expect(s == full.encoded || s == (-full).encoded)
            let isValid = key.publicKey.isValidSignature(signature.span, forDigest: digest)
            #expect(isValid)
        }
        #expect(withLeadingZero > 3)
    }

    @Test func `the issuer's signature on the other curve does not share a nonce either (A18)`()
        throws
    {
        let key = SigningKey.p256(P256.PrivateKey())
        var seen = Set<[UInt8]>()
        for number in 0..<300 {
            let message = Array("message \(number)".utf8)
            let signature = try key.signature(for: message.span)
            #expect(seen.insert(Array(signature.array[..<32])).inserted)
            let isValid = key.verifyingKey.isValidSignature(signature.span, for: message.span)
            #expect(isValid)
        }
    }
}

/// Row A139: a card key that lies outside this process.
@Suite struct ExternalSignerTests {
    /// A device in front of a key: it answers by `mode`.
    final class Device: ExternalSigner {
        enum Mode { case honest, high, wrongKey, short, gone }

        let key = Secp256k1.PrivateKey()
        let mode = Mutex(Mode.honest)
        var verifyingKey: VerifyingKey { .secp256k1(key.publicKey) }

        func set(_ mode: Mode) { self.mode.withLock { $0 = mode } }

        func signature(forDigest digest: [UInt8]) throws(Refusal) -> [UInt8] {
            guard let digest = FixedBytes<32>(digest) else { throw .malformed }
            let good = key.signature(forDigest: digest).array
            switch mode.withLock({ $0 }) {
            case .honest: return good
            case .high:
                let s = Scalar(reducingBigEndian: Array(good[32...]))
                return good[..<32] + (-s).encoded
            case .wrongKey: return Secp256k1.PrivateKey().signature(forDigest: digest).array
            case .short: return Array(good.dropLast())
            case .gone: throw .unavailable
            }
        }
    }

    @Test func `a device's signature is checked before anyone sees it, and made low (A10, A139)`()
        throws
    {
        let device = Device()
        let key = SigningKey.external(device)
        #expect(key.algorithm == .es256k && key.verifyingKey == device.verifyingKey)
        let message = Array("a card".utf8)
        let honest = try key.signature(for: message.span)
        device.set(.high)
        let low = try key.signature(for: message.span)
        #expect(low == honest)
        for mode in [Device.Mode.wrongKey, .short, .gone] {
            device.set(mode)
            #expect(throws: Refusal.unavailable) { try key.signature(for: message.span) }
        }
    }

    @Test(arguments: [Device.Mode.wrongKey, .short, .gone])
    func `a device that fails costs no place, and its claim gets its card later (A139)`(
        _ mode: Device.Mode
    ) async throws {
        let device = Device()
        let world = try await World(.external(device), at: "https://device.example")
        let edition = try await world.issuer.open(
            Edition("two", limit: 2, nationalID: []))
        let member = Holder(
            key: .secp256k1(Secp256k1.PrivateKey()), secret: [9], clock: { World.now })
        let request = try await member.request(edition)
        device.set(mode)
        for _ in 0..<3 {
            await #expect(throws: IssuingError.refused(.unavailable)) {
                try await world.issuer.issue(to: request)
            }
        }
        device.set(.honest)
        let issued = try await world.issuer.issue(to: request)
        let card = try member.accept(issued, from: world.issuer.profile)
        #expect(card.serial.number == 1)
        #expect(try await world.issuer.issue(to: request) == issued)
        let second = Holder(
            key: .secp256k1(Secp256k1.PrivateKey()), secret: [8], clock: { World.now })
        let other = try await world.issuer.issue(to: try await second.request(edition))
        #expect(try second.accept(other, from: world.issuer.profile).serial.number == 2)
    }
}
