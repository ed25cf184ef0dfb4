/// RFC 9380 §5.3.1: as many uniform bytes as a map needs, bound to a domain.
package enum ExpandMessage {
    /// `expand_message_xmd` with SHA-256: `count` bytes, at most 8160.
    package static func xmdSHA256(_ message: [UInt8], domain: [UInt8], count: Int) -> [UInt8] {
        // A domain over 255 bytes is hashed first (§5.3.3).
        let domain =
            domain.count <= 255
            ? domain : SHA256.hash(Array("H2C-OVERSIZE-DST-".utf8) + domain).array
        let suffix = domain + [UInt8(domain.count)]
        var hash = SHA256()
        hash.update([UInt8](repeating: 0, count: 64))
        hash.update(message)
        hash.update([UInt8(count >> 8), UInt8(count & 255), 0] + suffix)
        let first = hash.finalize()
        var block = FixedBytes<32>()
        var output = [UInt8]()
        var index: UInt8 = 1
        while output.count < count {
            for position in 0..<32 { block[position] ^= first[position] }
            block = SHA256.hash(block.array + [index] + suffix)
            output += block.array
            index += 1
        }
        return Array(output[..<count])
    }
}
