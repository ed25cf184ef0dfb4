/// An element other than the identity of a group of prime order: what sigma protocols and OPRFs ask of a curve.
///
/// Elements are 33 bytes and scalars 32, big-endian, which holds for both curves here. A sum that vanishes is
/// `nil`.
package protocol PrimeGroup: Hashable, Sendable {
    associatedtype Scalar: GroupScalar
    associatedtype Secret: GroupSecret where Secret.Public == Scalar

    /// The suite of draft-irtf-cfrg-sigma-protocols that the session tags name.
    static var sigmaSuite: String { get }
    /// The suite of RFC 9497 that the OPRF's domain strings name.
    static var oprfSuite: String { get }

    static var generator: Self { get }
    /// Reads 33 bytes, compressed; anything else, and the identity, is refused.
    init(parsing bytes: Span<UInt8>) throws(CryptoError)
    /// 33 bytes, compressed.
    var encoded: [UInt8] { get }

    static func sum(_ elements: [Self]) -> Self?
    static prefix func - (element: Self) -> Self
    /// Variable time, for public scalars; `nil` for zero.
    func times(_ scalar: Scalar) -> Self?
    /// Constant time.
    func times(_ secret: Secret) -> Self

    /// RFC 9380 hash_to_curve; `nil` for the identity, which nobody can aim at.
    static func hash(_ message: [UInt8], domain: [UInt8]) -> Self?
    /// RFC 9497 HashToScalar: 48 bytes of expand_message_xmd modulo the group order.
    static func scalar(hashing message: [UInt8], domain: [UInt8]) -> Scalar
}

/// A public integer modulo the group order.
package protocol GroupScalar: Hashable, Sendable {
    static var zero: Self { get }
    static var one: Self { get }
    /// Reads 32 bytes, big-endian, below the order.
    init(parsing bytes: Span<UInt8>) throws(CryptoError)
    /// Any number of bytes, reduced.
    init(reducingBigEndian wide: [UInt8])
    /// Any number of bytes, reduced.
    init(reducingLittleEndian wide: [UInt8])
    /// 32 bytes, big-endian.
    var encoded: [UInt8] { get }
    static func + (left: Self, right: Self) -> Self
    static func * (left: Self, right: Self) -> Self
    static prefix func - (value: Self) -> Self
}

/// A secret integer modulo the group order, never zero.
package protocol GroupSecret: Sendable {
    associatedtype Public: GroupScalar
    /// 32 bytes, big-endian.
    var bytes: SecretBytes { get }
    /// Reads 32 secret bytes, big-endian; `nil` for zero and for the order or more.
    init?(secret bytes: SecretBytes)
    /// The secret that is this public value, or `nil` for zero.
    init?(_ scalar: Public)
    var inverse: Self { get }
    /// self·`factor`, or `nil` when `factor` is zero.
    func times(_ factor: Public) -> Self?
    /// The sum, or `nil` when it is zero.
    static func + (left: Self, right: Self) -> Self?
    /// The value as a public number. Whoever calls this has made it public.
    var exposed: Public { get }
    /// self + `challenge`·`witness`, public because self is a nonce used once.
    func response(challenge: Public, witness: Self) -> Public
}

extension GroupSecret {
    /// `yes` where `bit` is set, `no` elsewhere: no branch, and the same memory read.
    package static func select(_ bit: SecretBit, _ yes: Self, _ no: Self) -> Self {
        guard let chosen = Self(secret: .select(bit, yes.bytes, no.bytes)) else {
            preconditionFailure("one of two secrets is a secret")
        }
        return chosen
    }

    /// As `response(challenge:witness:)`, where the witness counts as zero unless `bit` is set.
    package func response(challenge: Public, witness: Self, where bit: SecretBit) -> Public {
        guard let product = witness.times(challenge), let sum = self + product
        else { preconditionFailure("a challenge or a response is zero: 2^-256") }
        return Self.select(bit, sum, self).exposed
    }

    /// A fresh secret from `source`.
    package static func random(using source: inout some Randomness) -> Self {
        while true {
            if let secret = Self(secret: SecretBytes(copying: source.bytes(32).span)) {
                return secret
            }
        }
    }

    /// `count` one-time secrets from fresh randomness, all of `witness` and the whole `transcript`.
    ///
    /// Randomness alone would do; a generator that repeats itself (a restored machine snapshot) then still never
    /// gives two statements the same nonce, which would reveal the witness.
    package static func nonces(
        _ count: Int, hedging witness: [Self], transcript: [UInt8],
        using source: inout some Randomness
    ) -> [Self] {
        let secrets = [SecretBytes(copying: source.bytes(32).span)] + witness.map(\.bytes)
        return (0..<count).map { index in
            var attempt: UInt8 = 0
            while true {
                let bytes = SHAKE256.secret(
                    prefix: Array("tegata/nonce/v1".utf8) + [UInt8(index), attempt], secrets,
                    suffix: transcript, count: 32)
                if let nonce = Self(secret: bytes) { return nonce }
                attempt &+= 1
            }
        }
    }
}
