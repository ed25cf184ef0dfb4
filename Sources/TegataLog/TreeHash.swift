public import TegataCrypto

/// The hash of a leaf or of an inner node, 32 bytes (RFC 6962 §2.1).
public typealias TreeHash = FixedBytes<32>

extension FixedBytes where count == 32 {
    /// The hash of an entry: SHA-256(0x00 ‖ entry). The first byte keeps an inner node from passing as a leaf (A98).
    public init(leaf entry: [UInt8]) {
        var hash = SHA256()
        hash.update(0)
        hash.update(entry)
        self = hash.finalize()
    }

    /// The hash above two nodes: SHA-256(0x01 ‖ left ‖ right).
    public init(above left: TreeHash, _ right: TreeHash) {
        var hash = SHA256()
        hash.update(1)
        hash.update(left.span)
        hash.update(right.span)
        self = hash.finalize()
    }

    /// The root of the tree without entries: SHA-256 of nothing.
    public static var emptyTree: TreeHash { SHA256.hash([]) }
}
