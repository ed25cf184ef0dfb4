internal import TegataCrypto
internal import TegataProofs

/// The public key that an archive is sealed to. No site has the other half: it is dealt to custodians, any `threshold` of whom open
/// the archive (Spec/archive.md).
public struct ArchiveKey: Hashable, Sendable {
    let shared: SharedSecret
    /// The archive's name: a hash of everything in `encoded`.
    public let id: FixedBytes<32>

    /// How many custodians there are, 2…32.
    public var custodians: Int { shared.count }
    /// How many of them open the archive, 2…`custodians`.
    public var threshold: Int { shared.threshold }

    init(_ shared: SharedSecret) {
        self.shared = shared
        id = taggedHash("TEGATA-V01/archive", shared.encoded)
    }

    /// Deals a new key. Whoever calls this has seen every share: print them, hand them out, and keep none.
    ///
    /// - Parameters:
    ///   - custodians: how many shares there are.
    ///   - threshold: how many open an archive.
    ///   - issuer: signs each share, so that it can be told from a stranger's.
    /// - Returns: the public key, and the shares in order.
    /// - Throws: `malformed` outside 2 ≤ threshold ≤ custodians ≤ 32.
    public static func deal(
        custodians: Int, threshold: Int, by issuer: IssuerKeys
    ) throws(Refusal) -> (key: ArchiveKey, shares: [ArchiveShare]) {
        var random = SystemRandomness()
        return try deal(
            custodians: custodians, threshold: threshold, by: issuer, using: &random)
    }

    package static func deal(
        custodians: Int, threshold: Int, by issuer: IssuerKeys,
        using source: inout some Randomness
    ) throws(Refusal) -> (key: ArchiveKey, shares: [ArchiveShare]) {
        do throws(ProofError) {
            let (shared, shares) = try SharedSecret.deal(
                .random(using: &source), threshold: threshold, count: custodians, using: &source)
            let key = ArchiveKey(shared)
            var signed = [ArchiveShare]()
            for share in shares {
                signed.append(
                    ArchiveShare(
                        share, of: key, signedBy: issuer.register, auxiliary: source.fixed()))
            }
            return (key, signed)
        } catch {
            throw .malformed
        }
    }

    /// Reads what `encoded` wrote.
    ///
    /// - Throws: `malformed`.
    public init(parsing bytes: [UInt8]) throws(Refusal) {
        do throws(ProofError) {
            self.init(try SharedSecret(parsing: bytes))
        } catch {
            throw .malformed
        }
    }

    /// n ‖ k, a byte each, then k points of 33 bytes, of which the first is the key. All of it is public.
    public var encoded: [UInt8] { shared.encoded }
}
