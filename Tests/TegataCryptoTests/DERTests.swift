import TegataCrypto
import Testing

struct DERTests {
    private func whole(_ bytes: [UInt8]) throws -> DERElement {
        var reader = try DERReader(bytes.span)
        let element = try reader.element()
        try reader.finish()
        return element
    }

    @Test(
        arguments: [
            [], [0x30], [0x30, 0x80, 0, 0], [0x30, 0x81, 0x01, 0], [0x30, 0x81, 0x7F],
            [0x30, 0x82, 0, 0x80],
            [0x30, 0x83, 1, 0, 0], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x30, 0xFF], [0x30, 1],
            [0x1F, 0x81, 0x01, 0], [0x30, 0, 0], [0x30, 0x82, 0xFF],
        ] as [[UInt8]])
    func `long-winded, indefinite, cut and trailing encodings are refused`(bytes: [UInt8]) {
        #expect(throws: DERError.self) { try whole(bytes) }
    }

    @Test func `lengths at every border come back as written`() throws {
        for count in [0, 1, 127, 128, 255, 256, 65_000] {
            let encoded = DER.element(DERTag.octetString, [UInt8](repeating: 1, count: count))
            let element = try whole(encoded)
            #expect(element.content.count == count)
            #expect(element.whole == encoded.indices)
        }
    }

    @Test func `input over 64 KiB and nesting over 16 levels are refused`() throws {
        let long = [UInt8](repeating: 0, count: DERReader.byteLimit + 1)
        #expect(throws: DERError.tooLarge) { try whole(long) }
        var nested: [UInt8] = []
        for _ in 0..<17 { nested = DER.sequence(nested) }
        func descend(_ reader: borrowing DERReader) throws -> Int {
            var inner = try reader.reader(of: 0..<nested.count)
            var depth = 0
            while inner.nextTag != nil {
                inner = try inner.sequence()
                depth += 1
            }
            return depth
        }
        #expect(throws: DERError.tooLarge) {
            let reader = try DERReader(nested.span)
            _ = try descend(reader)
        }
    }

    @Test(arguments: [[], [0, 1], [0, 0], [0x80], [0xFF], [0xFF, 0x80], [0]] as [[UInt8]])
    func `integers that are empty, padded, negative or zero are no positive integers`(
        content: [UInt8]
    ) {
        let encoded = DER.element(DERTag.integer, content)
        #expect(throws: DERError.invalidValue) {
            var reader = try DERReader(encoded.span)
            _ = try reader.positiveInteger()
        }
    }

    @Test func `positive integers come back without their leading zero`() throws {
        for magnitude in [[1], [0x7F], [0x80], [0xFF, 0], [1, 0, 1]] as [[UInt8]] {
            let encoded = DER.integer(magnitude)
            var reader = try DERReader(encoded.span)
            let range = try reader.positiveInteger()
            #expect(Array(encoded[range]) == magnitude)
        }
    }

    @Test(arguments: [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8])
    func `a boolean is 00 or FF`(byte: UInt8) throws {
        let encoded = DER.element(DERTag.boolean, [byte])
        var reader = try DERReader(encoded.span)
        let value = try? reader.boolean()
        #expect(value == (byte == 0 ? false : byte == 0xFF ? true : nil))
    }

    @Test(
        arguments: [
            ("300101000000Z", 0x17, 1_893_456_000), ("000101000000Z", 0x17, 946_684_800),
            ("491231235959Z", 0x17, 2_524_607_999), ("20500101000000Z", 0x18, 2_524_608_000),
            ("500101000000Z", 0x17, -631_152_000), ("240229120000Z", 0x17, 1_709_208_000),
            ("230229120000Z", 0x17, nil), ("21000229000000Z", 0x18, nil),
            ("241301000000Z", 0x17, nil), ("240101240000Z", 0x17, nil),
            ("240101006000Z", 0x17, nil),
            ("240101000060Z", 0x17, nil), ("2401010000Z", 0x17, nil),
            ("240101000000+0900", 0x17, nil),
            ("20240101000000.5Z", 0x18, nil), ("240101000000", 0x17, nil),
            ("240001000000Z", 0x17, nil),
            ("240100000000Z", 0x17, nil), ("99991231235959Z", 0x18, 253_402_300_799),
            ("24010100000aZ", 0x17, nil), ("", 0x17, nil), ("Z", 0x18, nil),
        ] as [(String, UInt8, Int64?)])
    func `times have seconds and Z and name a real moment`(
        text: String, tag: UInt8, seconds: Int64?
    ) throws {
        let encoded = DER.element(tag, Array(text.utf8))
        var reader = try DERReader(encoded.span)
        let time = try? reader.time()
        #expect(time == seconds)
        if let time, time >= 0 { #expect(DER.time(time) == encoded) }
    }

    @Test(
        arguments: [
            [0x80], [0x80, 0x01], [0x55, 0x80], [0x55, 0x80, 0x01], [],
            [UInt8](repeating: 1, count: 33),
        ] as [[UInt8]])
    func `object identifiers with padded, cut or endless arcs are refused`(content: [UInt8]) {
        let encoded = DER.element(DERTag.objectIdentifier, content)
        #expect(throws: DERError.invalidValue) {
            var reader = try DERReader(encoded.span)
            _ = try reader.objectIdentifier()
        }
    }

    @Test func `object identifiers come back as written`() throws {
        for identifier in [ObjectIdentifier(1, 2, 392, 200149, 8, 5, 1, 3, 30), .anyPolicy] {
            let encoded = DER.identifier(identifier)
            var reader = try DERReader(encoded.span)
            #expect(try reader.objectIdentifier() == identifier)
        }
        #expect(Hex.encode(ObjectIdentifier(2, 5, 29, 15).content) == "551d0f")
    }

    @Test(
        arguments: [
            ([7, 0x80], 0x8000), ([6, 0xC0], 0xC000), ([0], 0), ([1, 0x06], 0x0600),
            ([7, 0x06, 0x80], 0x0680), ([0, 0x80], nil), ([5, 0x80], nil), ([7, 0x81], nil),
            ([8, 0x80], nil), ([1], nil), ([0, 0], nil), ([], nil), ([0, 1, 1, 1], nil),
        ] as [([UInt8], UInt16?)])
    func `named bits end with a one`(content: [UInt8], bits: UInt16?) throws {
        let encoded = DER.element(DERTag.bitString, content)
        var reader = try DERReader(encoded.span)
        let value = try? reader.namedBits()
        #expect(value == bits)
    }
}
