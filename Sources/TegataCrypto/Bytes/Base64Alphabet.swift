/// One of the two alphabets of base64 (RFC 4648), and the loops over them.
///
/// Every byte of every card passes here. With checked subscripts these loops cost four times as much, which is why
/// they stand in the module that may use pointers.
package struct Base64Alphabet: Sendable {
    /// `-` and `_`, for URLs and JOSE.
    package static let url = Base64Alphabet("-_")
    /// `+` and `/`.
    package static let standard = Base64Alphabet("+/")

    private let characters: [UInt8]
    /// Four tables in one: what each character is worth in each of four places, as 24 bits; the top bit for
    /// characters outside the alphabet.
    private let values: [UInt32]

    private init(_ lastTwo: String) {
        characters = Array(
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + lastTwo).utf8)
        var values = [UInt32](repeating: 1 << 31, count: 4 * 256)
        for (value, character) in characters.enumerated() {
            for place in 0..<4 {
                values[256 * place + Int(character)] = UInt32(value) << (18 - 6 * place)
            }
        }
        self.values = values
    }

    /// Appends the characters of `bytes`, without padding.
    package func encode(_ bytes: Span<UInt8>, appendingTo text: inout [UInt8]) {
        let rest = bytes.count % 3
        let count = bytes.count / 3 * 4 + (rest == 0 ? 0 : rest + 1)
        text.append(addingCapacity: count) { output in
            unsafe output.withUnsafeMutableBufferPointer { target, initialized in
                unsafe bytes.withUnsafeBufferPointer { source in
                    unsafe characters.withUnsafeBufferPointer { characters in
                        unsafe Self.encode(source, characters, to: target)
                    }
                }
                initialized += count
            }
        }
    }

    /// Appends the bytes that `text` spells. `false` for a character outside the alphabet, an impossible length or
    /// unused bits that are not zero; what was appended is then unspecified.
    package func decode(_ text: Span<UInt8>, appendingTo bytes: inout [UInt8]) -> Bool {
        let rest = text.count % 4
        guard rest != 1 else { return false }
        let count = text.count / 4 * 3 + (rest == 0 ? 0 : rest - 1)
        var isValid = false
        bytes.append(addingCapacity: count) { output in
            unsafe output.withUnsafeMutableBufferPointer { target, initialized in
                unsafe text.withUnsafeBufferPointer { source in
                    isValid = unsafe values.withUnsafeBufferPointer { values in
                        unsafe Self.decode(source, values, to: target)
                    }
                }
                initialized += count
            }
        }
        return isValid
    }

    /// The 32 bytes that 43 characters spell, or `nil`: a digest, without an array in between.
    package func digest(_ text: Span<UInt8>) -> FixedBytes<32>? {
        guard text.count == 43 else { return nil }
        var digest = FixedBytes<32>()
        var output = digest.mutableSpan
        let isValid = unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe text.withUnsafeBufferPointer { source in
                unsafe values.withUnsafeBufferPointer { values in
                    unsafe Self.decode(source, values, to: target)
                }
            }
        }
        return isValid ? digest : nil
    }

    private static func encode(
        _ source: UnsafeBufferPointer<UInt8>, _ characters: UnsafeBufferPointer<UInt8>,
        to target: UnsafeMutableBufferPointer<UInt8>
    ) {
        var input = 0
        var output = 0
        while input &+ 2 < source.count {
            let bits =
                unsafe Int(source[input]) << 16 | Int(source[input &+ 1]) << 8
                | Int(source[input &+ 2])
            unsafe target[output] = characters[bits >> 18]
            unsafe target[output &+ 1] = characters[bits >> 12 & 63]
            unsafe target[output &+ 2] = characters[bits >> 6 & 63]
            unsafe target[output &+ 3] = characters[bits & 63]
            input &+= 3
            output &+= 4
        }
        let rest = source.count - input
        guard rest > 0 else { return }
        let second = unsafe rest == 2 ? Int(source[input &+ 1]) : 0
        let bits = unsafe Int(source[input]) << 16 | second << 8
        unsafe target[output] = characters[bits >> 18]
        unsafe target[output &+ 1] = characters[bits >> 12 & 63]
        if rest == 2 { unsafe target[output &+ 2] = characters[bits >> 6 & 63] }
    }

    /// `target` has room for what `source` spells; the length of `source` is a possible one.
    private static func decode(
        _ source: UnsafeBufferPointer<UInt8>, _ values: UnsafeBufferPointer<UInt32>,
        to target: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        // Looking at the top bit once, at the end, keeps the loop free of branches.
        var invalid: UInt32 = 0
        var input = 0
        var output = 0
        while input &+ 3 < source.count {
            let bits =
                unsafe values[Int(source[input])] | values[256 &+ Int(source[input &+ 1])]
                | values[512 &+ Int(source[input &+ 2])] | values[768 &+ Int(source[input &+ 3])]
            invalid |= bits
            unsafe target[output] = UInt8(truncatingIfNeeded: bits >> 16)
            unsafe target[output &+ 1] = UInt8(truncatingIfNeeded: bits >> 8)
            unsafe target[output &+ 2] = UInt8(truncatingIfNeeded: bits)
            input &+= 4
            output &+= 3
        }
        let rest = source.count - input
        guard rest > 0 else { return invalid >> 31 == 0 }
        var bits = unsafe values[Int(source[input])] | values[256 &+ Int(source[input &+ 1])]
        if rest == 3 { bits |= unsafe values[512 &+ Int(source[input &+ 2])] }
        invalid |= bits
        unsafe target[output] = UInt8(truncatingIfNeeded: bits >> 16)
        if rest == 3 { unsafe target[output &+ 1] = UInt8(truncatingIfNeeded: bits >> 8) }
        let unused = rest == 3 ? bits & 0xFF : bits & 0xFFFF
        return invalid >> 31 == 0 && unused == 0
    }
}
