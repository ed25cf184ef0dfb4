/// Why a key, a point or a ciphertext could not be used. It never carries the bytes it speaks of.
@nonexhaustive
public enum CryptoError: Error, Equatable {
    /// The bytes have a length this value never has.
    case wrongLength
    /// Not a point of the curve, the identity, or not in the one accepted encoding.
    case invalidPoint
    /// Zero where zero is refused, or not below the group order.
    case invalidScalar
    /// A key that is malformed, too weak, or of another kind.
    case invalidKey
    /// The ciphertext, its tag or its associated data is not what was sealed.
    case authenticationFailed
    /// More output than the caller allows.
    case tooLarge
    /// Compressed data that does not decompress.
    case malformed
}
