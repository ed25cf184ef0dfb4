package import TegataCrypto

/// The transcript's hash: SHAKE128 as a duplex sponge (draft-irtf-cfrg-fiat-shamir §3.2).
///
/// Absorbing continues one input, squeezing one output; each challenge therefore depends on everything before it.
package struct DuplexSponge {
    private var input: [UInt8]
    private var squeezed = 0

    /// A sponge for one session: the identifier fills the first block.
    package init(session: FixedBytes<32>) {
        input = session.array + [UInt8](repeating: 0, count: Self.rate - 32)
    }

    /// Adds `bytes` to the input. Nothing is nothing: the output then continues.
    package mutating func absorb(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        input += bytes
        squeezed = 0
    }

    /// The next `count` bytes of output.
    package mutating func squeeze(_ count: Int) -> [UInt8] {
        // libcrypto 3.0 hands out its output only once, so an earlier part is made again.
        defer { squeezed += count }
        return Array(SHAKE128.hash(input, count: squeezed + count)[squeezed...])
    }

    /// DeriveSessionID (§5.1): 32 bytes that stand for `tag`.
    package static func session(tag: [UInt8]) -> FixedBytes<32> {
        guard let seed = FixedBytes<32>(Array("irtf-cfrg-fiat-shamir/session-id".utf8)) else {
            preconditionFailure("the domain separator of the draft has 32 bytes")
        }
        var sponge = DuplexSponge(session: seed)
        sponge.absorb(tag)
        guard let session = FixedBytes<32>(sponge.squeeze(32)) else {
            preconditionFailure("asked for 32 bytes")
        }
        return session
    }

    /// The tag of one step of Tegata's protocol: version, step, kind of proof and suite. Both sides build it.
    static func tag(label: String, kind: String, suite: String) -> String {
        "tegata-v1-\(label)-\(kind)-with-\(suite)"
    }

    private static let rate = 168
}
