import Foundation
import TegataCrypto
import TegataSDJWT
import Testing

@Suite struct Base64URLTests {
    @Test func `round trip for all lengths, equal to another encoder`() throws {
        for count in 0..<200 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            let text = Base64URL.encode(bytes)
            let standard = Data(bytes).base64EncodedString()
            #expect(Base64.decode(standard.utf8.span) == bytes)
            let url = standard.replacing("+", with: "-").replacing("/", with: "_").replacing(
                "=", with: "")
            #expect(text == url)
            #expect(try Base64URL.decode(text) == bytes)
        }
    }

    @Test(arguments: [
        "A", "AA=", "AA==", "AB", "AAB", "A+AA", "A/AA", "AA A", "AAA\n", "ÄAA", "AAAAA", "\0AAA",
    ])
    func `anything but the canonical form is refused (A12)`(_ text: String) {
        #expect(throws: Refusal.malformed) { try Base64URL.decode(text) }
    }

    @Test(arguments: ["AA", "AA=A", "====", "A===", "AB==", "AAA-", "AA==AA=="])
    func `padded text must be canonical too`(_ text: String) {
        #expect(Base64.decode(text.utf8.span) == nil)
    }

    @Test func `every character outside the alphabet is refused, everywhere`() throws {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for byte in UInt8.min...UInt8.max where !alphabet.contains(byte) {
            for index in 0..<7 {
                var text = Array("AAAAAAA".utf8)
                text[index] = byte
                #expect(throws: Refusal.malformed) { try Base64URL.decode(text.span) }
            }
        }
    }
}
