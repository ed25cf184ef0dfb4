/// The two spellings of an ECDSA signature: r‖s of fixed length (JOSE, cards) and the DER of X.509.
enum ECDSASignature {
    /// `SEQUENCE { r INTEGER, s INTEGER }` from r‖s; `nil` unless it is twice `half` bytes and neither half is zero.
    static func der(fromRaw raw: Span<UInt8>, half: Int) -> [UInt8]? {
        guard raw.count == 2 * half else { return nil }
        guard let first = firstNonZero(raw, 0, half), let second = firstNonZero(raw, half, 2 * half)
        else { return nil }
        let firstCount = integerCount(raw, first, half)
        let secondCount = integerCount(raw, second, 2 * half)
        let content = 4 + firstCount + secondCount
        var der: [UInt8] = []
        der.reserveCapacity(content + 3)
        der.append(0x30)
        // Two P-521 halves are 138 bytes at most, so one length byte after 0x81 is enough.
        if content > 0x7F { der.append(0x81) }
        der.append(UInt8(content))
        append(raw, first, half, firstCount, to: &der)
        append(raw, second, 2 * half, secondCount, to: &der)
        return der
    }

    /// r‖s from strict DER: minimal lengths and integers, nothing after; `nil` when a half is zero or longer than `half`.
    static func raw(fromDER der: Span<UInt8>, half: Int) -> [UInt8]? {
        guard var reader = try? DERReader(der), var halves = try? reader.sequence(),
            (try? reader.finish()) != nil,
            let r = try? halves.positiveInteger(), let s = try? halves.positiveInteger(),
            (try? halves.finish()) != nil,
            r.count <= half, s.count <= half
        else { return nil }
        var raw = [UInt8](repeating: 0, count: 2 * half)
        for index in 0..<r.count { raw[half - r.count + index] = der[r.lowerBound + index] }
        for index in 0..<s.count { raw[2 * half - s.count + index] = der[s.lowerBound + index] }
        return raw
    }

    private static func firstNonZero(_ raw: Span<UInt8>, _ from: Int, _ to: Int) -> Int? {
        for index in from..<to where raw[index] != 0 { return index }
        return nil
    }

    private static func integerCount(_ raw: Span<UInt8>, _ first: Int, _ end: Int) -> Int {
        end - first + (raw[first] >= 0x80 ? 1 : 0)
    }

    private static func append(
        _ raw: Span<UInt8>, _ first: Int, _ end: Int, _ count: Int, to der: inout [UInt8]
    ) {
        der.append(0x02)
        der.append(UInt8(count))
        if raw[first] >= 0x80 { der.append(0) }
        for index in first..<end { der.append(raw[index]) }
    }
}
