/// Bytes as lowercase hexadecimal.
public func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}

/// The bytes that a hexadecimal text writes.
public func bytes(hexadecimal text: String) throws -> [UInt8] {
    let digits = Array(text)
    guard digits.count.isMultiple(of: 2) else {
        throw KeyFile.Problem(description: "\(text.prefix(80)) is no hexadecimal")
    }
    return try stride(from: 0, to: digits.count, by: 2).map {
        guard let byte = UInt8(String(digits[$0...$0 + 1]), radix: 16) else {
            throw KeyFile.Problem(description: "\(text.prefix(80)) is no hexadecimal")
        }
        return byte
    }
}
