extension ExpandMessage {
    /// `expand_message_xmd` (RFC 9380 §5.3.1) with any SHA-2: `count` bytes, at most 255 digests.
    package static func xmd(
        _ message: [UInt8], domain: [UInt8], count: Int, hash: HashFunction
    ) -> [UInt8] {
        let domain =
            domain.count <= 255
            ? domain : hash.hash(Array("H2C-OVERSIZE-DST-".utf8) + domain)
        let suffix = domain + [UInt8(domain.count)]
        let pad = [UInt8](repeating: 0, count: hash == .sha256 ? 64 : 128)
        let first = hash.hash(pad + message + [UInt8(count >> 8), UInt8(count & 255), 0] + suffix)
        var block = [UInt8](repeating: 0, count: first.count)
        var output: [UInt8] = []
        var index: UInt8 = 1
        while output.count < count {
            block = hash.hash(zip(first, block).map(^) + [index] + suffix)
            output += block
            index += 1
        }
        return Array(output[..<count])
    }

    /// `expand_message_xof` (§5.3.2) with SHAKE128 at 128 bits of security.
    package static func xofSHAKE128(_ message: [UInt8], domain: [UInt8], count: Int) -> [UInt8] {
        let domain =
            domain.count <= 255
            ? domain : SHAKE128.hash(Array("H2C-OVERSIZE-DST-".utf8) + domain, count: 32)
        let suffix = [UInt8(count >> 8), UInt8(count & 255)] + domain + [UInt8(domain.count)]
        return SHAKE128.hash(message + suffix, count: count)
    }
}
