package import TegataCrypto

/// Points whose discrete logarithms nobody knows, each hashed from a name (protocol.md §4).
package enum Generators {
    /// H: blinds a card commitment.
    package static let blinding = named("H")
    /// G₁: carries the card secret.
    package static let cardSecret = named("card-secret")
    /// G₂, G₃, …: carry the card's attributes, in order.
    package static let attributes = (1...maximumAttributes).map { named("attr-\($0)") }
    /// How many attributes a card commitment can hold.
    package static let maximumAttributes = 8

    /// The point of a person: P = H2C(uid). `uid` is the canonical input of their national ID card.
    package static func person(_ uid: [UInt8]) -> Point {
        HashToCurve.secp256k1(uid, domain: domain("UID"))
    }

    /// The point of a person by name, birth date and sex: P₂ = H2C(second input), on a domain of its own, so that it is never
    /// anybody's P.
    package static func secondPerson(_ input: [UInt8]) -> Point {
        HashToCurve.secp256k1(input, domain: domain("UID2"))
    }

    /// The base V of pseudonyms: different for every verifier, edition and epoch.
    package static func pseudonym(_ scope: PseudonymScope) -> Point {
        HashToCurve.secp256k1(scope.encoded, domain: domain("NF"))
    }

    /// The commitment of a card without a wallet: a point that nobody can open.
    package static func withoutWallet(salt: FixedBytes<32>) -> Point {
        HashToCurve.secp256k1(salt.array, domain: domain("NOWALLET"))
    }

    /// The RFC 9380 domain of one use.
    static func domain(_ use: String) -> [UInt8] {
        Array("TEGATA-V01-\(use)-secp256k1_XMD:SHA-256_SSWU_RO_".utf8)
    }

    static func named(_ name: String) -> Point {
        HashToCurve.secp256k1(Array(name.utf8), domain: domain("GEN"))
    }
}

/// Where a pseudonym stays the same: one verifier, one edition, one epoch.
package struct PseudonymScope: Hashable, Sendable {
    package let verifier: [UInt8]
    package let edition: FixedBytes<32>
    package let epoch: UInt64

    package init(verifier: [UInt8], edition: FixedBytes<32>, epoch: UInt64) {
        self.verifier = verifier
        self.edition = edition
        self.epoch = epoch
    }

    /// The verifier behind its length, the edition's 32 bytes, the epoch in eight bytes big-endian.
    var encoded: [UInt8] {
        Codec.prefixed(verifier) + edition.array + bigEndian(epoch)
    }
}

/// The tagged hashes of the binding protocol: BIP-340's, with `TEGATA-V01/` in front of every name.
enum BindingHash {
    static func tagged(_ name: String, _ parts: [UInt8]...) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/" + name, parts.flatMap { $0 })
    }
}
