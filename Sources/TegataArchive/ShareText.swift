internal import TegataCrypto

// A share on paper: a heading in two languages, then six numbered lines of forty characters. Each line has a checksum of its own, so
// that whoever types it in is told which line to look at.
extension ArchiveShare {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let lines = 6
    private static let payload = size / lines
    private static let checksum = 3

    /// The share as a custodian prints it, with the secret in it.
    public var exposedText: String {
        let bytes = exposedRawRepresentation
        let name = Hex.encode(Array(archive.array.prefix(8)))
        let head = [
            "TEGATA: share \(number) of \(custodians) of an archive's key; any \(threshold) open it",
            "保管庫の鍵：\(custodians) 人中 \(number) 番。\(threshold) 人分そろうと開きます",
            "archive / 保管庫 \(name)",
            "Keep it secret, and apart from the others. / 秘密に、ほかの分とは別の場所に保管してください。", "",
        ]
        let lines = (0..<Self.lines).map { line in
            let part = Array(bytes[line * Self.payload..<(line + 1) * Self.payload])
            let text = Self.encode(part + Self.sum(of: part, line + 1))
            let groups = stride(from: 0, to: text.count, by: 5).map { start in
                String(decoding: text[start..<start + 5], as: UTF8.self)
            }
            return "\(line + 1)  " + groups.joined(separator: " ")
        }
        return (head + lines).joined(separator: "\n") + "\n"
    }

    /// Reads a printed share: the numbered lines, in any order, and whatever else is around them. O is read as 0, I and L as 1.
    ///
    /// - Throws: `badLine` with the first line that is missing or mistyped, or 0 when all lines are right and give no share.
    public init(parsingText text: String) throws(ArchiveFault) {
        var found = [Int: [UInt8]]()
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 9, let number = Int(words[0]), (1...Self.lines).contains(number),
                found[number] == nil
            else { continue }
            found[number] = Self.decode(words[1...].joined())
        }
        var bytes = [UInt8]()
        for number in 1...Self.lines {
            guard let line = found[number], line.count == Self.payload + Self.checksum,
                Self.sum(of: Array(line[..<Self.payload]), number)
                    .elementsEqual(line[Self.payload...])
            else { throw .badLine(number) }
            bytes += line[..<Self.payload]
        }
        do throws(Refusal) {
            try self.init(rawRepresentation: bytes)
        } catch {
            throw .badLine(0)
        }
    }

    private static func sum(of payload: [UInt8], _ line: Int) -> [UInt8] {
        Array(SHA256.hash([UInt8(line)] + payload).array.prefix(checksum))
    }

    /// Five bits a character, Crockford's alphabet; the bytes are a multiple of five.
    private static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text = [UInt8]()
        for start in stride(from: 0, to: bytes.count, by: 5) {
            let bits = bytes[start..<start + 5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            for index in (0..<8).reversed() {
                text.append(alphabet[Int(bits >> UInt64(5 * index) & 31)])
            }
        }
        return text
    }

    /// `nil` for a character that is none, or another number of them than whole bytes have.
    private static func decode(_ text: String) -> [UInt8]? {
        let digits = text.uppercased().utf8.map { character in
            switch character {
            case UInt8(ascii: "O"): alphabet.firstIndex(of: UInt8(ascii: "0"))
            case UInt8(ascii: "I"), UInt8(ascii: "L"): alphabet.firstIndex(of: UInt8(ascii: "1"))
            default: alphabet.firstIndex(of: character)
            }
        }
        guard digits.count % 8 == 0 else { return nil }
        var bytes = [UInt8]()
        for start in stride(from: 0, to: digits.count, by: 8) {
            var bits: UInt64 = 0
            for digit in digits[start..<start + 8] {
                guard let digit else { return nil }
                bits = bits << 5 | UInt64(digit)
            }
            bytes += (0..<5).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * (4 - $0))) }
        }
        return bytes
    }
}
