import Foundation
import TegataCrypto
import TegataSDJWT
import Testing

@Suite struct BitstringStatusListTests {
    /// 131,072 bits, all zero: a gzip stream that another implementation made.
    private let empty =
        "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"

    /// `bytes` as gzip without compression (RFC 1951 §3.2.4, RFC 1952 §2.3).
    private func list(_ bytes: [UInt8]) -> String {
        var stream: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]
        let size = UInt16(bytes.count)
        for field in [size, ~size] {
            if field == size { stream.append(1) }
            stream += [UInt8(field & 255), UInt8(field >> 8)]
        }
        stream += bytes
        for field in [crc(bytes), UInt32(bytes.count)] {
            stream += (0..<4).map { UInt8(truncatingIfNeeded: field >> (8 * UInt32($0))) }
        }
        return "u" + Base64URL.encode(stream)
    }

    private func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
                sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1
            }
        }
    }

    @Test func `the first bit is the most significant`() throws {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        bytes[0] = 0b1010_0000
        bytes[16_383] = 1
        let read = try BitstringStatusList(parsing: list(bytes))
        #expect(try (0..<4).map { try read.status(at: $0) } == [1, 0, 1, 0])
        #expect(try read.status(at: 0, size: 2) == 2 && read.status(at: 1, size: 2) == 2)
        #expect(try read.status(at: 0, size: 3) == 5)
        #expect(try read.status(at: 131_071) == 1 && read.status(at: 131_070) == 0)
        #expect(throws: Refusal.statusUnknown) { try read.status(at: 131_072) }
        #expect(throws: Refusal.statusUnknown) { try read.status(at: -1) }
        #expect(throws: Refusal.malformed) { try read.status(at: 0, size: 9) }
    }

    @Test func `a short list, another encoding, a bomb are refused (A104)`() throws {
        #expect(try BitstringStatusList(parsing: empty).count == 131_072)
        let short = list([UInt8](repeating: 0, count: 16_383))
        for text in [
            "", "u", String(empty.dropFirst()), "m" + empty.dropFirst(), empty + "=", short,
        ] {
            #expect(throws: Refusal.malformed, "\(text.prefix(20))") {
                try BitstringStatusList(parsing: text)
            }
        }
        #expect(throws: Refusal.limitExceeded) {
            try BitstringStatusList(parsing: empty, limit: 16_383)
        }
    }
}
