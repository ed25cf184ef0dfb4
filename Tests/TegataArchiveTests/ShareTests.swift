import TegataArchive
import TegataCrypto
import TestSupport
import Testing

/// Custodians: honest, forgetful and lying.
@Suite struct ShareTests {
    private let world: ArchiveWorld
    private let part: KeptPart

    init() async throws {
        world = try ArchiveWorld()
        try await world.grow(by: 4)
        part = try await world.part()
    }

    private func fault(_ shares: [ArchiveShare]) async -> ArchiveFault? {
        await world.fault([part], shares: shares)
    }

    @Test func `any three of five open it, and fewer do not`() async throws {
        for chosen in [[0, 1, 2], [4, 2, 0], [3, 4, 1], [0, 1, 2, 3, 4]] {
            #expect(await fault(chosen.map { world.shares[$0] }) == nil)
        }
        for chosen in [[], [1], [0, 4]] {
            #expect(
                await fault(chosen.map { world.shares[$0] })
                    == .tooFewShares(good: chosen.count, needed: 3, bad: []))
        }
        // One share three times is one.
        #expect(
            await fault([0, 0, 0].map { world.shares[$0] })
                == .tooFewShares(good: 1, needed: 3, bad: []))
    }

    @Test func `a liar among the custodians is named, and the honest ones are enough`()
        async throws
    {
        let stranger = try ArchiveWorld(keys: world.keys)
        let thief = try ArchiveWorld()
        let bytes = world.shares[1].exposedRawRepresentation
        let another = world.shares[2].exposedRawRepresentation
        let lies = try [
            // Of another archive of the same issuer, of another issuer, and another custodian's secret under this number.
            stranger.shares[1], thief.shares[1],
            ArchiveShare(
                rawRepresentation: Wrong.put(Array(another[36..<68]), into: bytes, at: 36)),
            ArchiveShare(rawRepresentation: Wrong.put([5], into: bytes, at: 35)),
            ArchiveShare(rawRepresentation: Wrong.put([0], into: bytes, at: 35)),
        ]
        for (number, lie) in lies.enumerated() {
            let good = [world.shares[0], world.shares[3], world.shares[4]]
            #expect(
                await fault([good[0], lie, good[1]])
                    == .tooFewShares(good: 2, needed: 3, bad: [1]), "\(number)")
            let restorer = try await world.restorer([part], shares: [good[0], lie] + good[1...])
            #expect(restorer.badShares == [1], "\(number)")
            _ = try await restorer.restore(into: InMemoryJournal())
        }
    }

    @Test func `every single byte of a share is watched`() async throws {
        let bytes = world.shares[1].exposedRawRepresentation
        #expect(bytes.count == 132)
        for index in bytes.indices {
            guard let share = try? ArchiveShare(rawRepresentation: Wrong.flip(bytes, index)) else {
                continue
            }
            #expect(!share.isSigned(by: world.profile.registerKey), "byte \(index)")
            guard index % 16 == 0 else { continue }
            let restorer = try await world.restorer(
                [part], shares: [world.shares[0], share, world.shares[2], world.shares[3]])
            #expect(restorer.badShares == [1], "byte \(index)")
        }
        for wrong in [[], Array(bytes.dropLast()), bytes + [0], Wrong.put([2], into: bytes, at: 0)]
        {
            #expect(throws: Refusal.malformed) { try ArchiveShare(rawRepresentation: wrong) }
        }
        #expect(throws: Refusal.malformed) {
            try ArchiveShare(rawRepresentation: Wrong.put(Wrong.order, into: bytes, at: 36))
        }
        #expect("\(world.shares[1])" == "<secret share 2 of 5>")
    }

    @Test func `a share is printed and typed in again`() throws {
        let text = world.shares[1].exposedText
        #expect(text.contains("share 2 of 5") && text.contains("5 人中 2 番"))
        func read(_ text: String) throws -> [UInt8] {
            try ArchiveShare(parsingText: text).exposedRawRepresentation
        }
        let bytes = world.shares[1].exposedRawRepresentation
        let lines = text.split(separator: "\n").suffix(6).map(String.init)
        // The lines alone, in any order, in small letters, with the letters that Crockford's digits are mistaken for.
        for variant in [
            text, lines.joined(separator: "\n"), lines.reversed().joined(separator: "\r\n"),
            text.lowercased(),
            lines.map { $0.prefix(3) + $0.dropFirst(3).replacing("0", with: "o") }
                .joined(separator: "\n"),
            lines.map { $0.prefix(3) + $0.dropFirst(3).replacing("1", with: "l") }
                .joined(separator: "\n"),
        ] {
            #expect(try read(variant) == bytes)
        }
        for line in 0..<6 {
            for (index, character) in lines[line].enumerated() where index > 2 && character != " " {
                var spoilt = lines
                var characters = Array(lines[line])
                characters[index] = character == "7" ? "8" : "7"
                spoilt[line] = String(characters)
                #expect(throws: ArchiveFault.badLine(line + 1)) {
                    try read(spoilt.joined(separator: "\n"))
                }
            }
            var missing = lines
            missing.remove(at: line)
            #expect(throws: ArchiveFault.badLine(line + 1)) {
                try read(missing.joined(separator: "\n"))
            }
        }
        #expect(throws: ArchiveFault.badLine(1)) { try read("") }
    }
}
