import Foundation
import TegataCrypto
import TegataLog
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

@Suite struct AuditTests {
    private let keys = IssuerKeys(
        card: .secp256k1(World.privateKey("auditee")), register: World.privateKey("auditee rows"),
        log: Ed25519.PrivateKey())

    private func issuer(publishing directory: LogDirectory) -> Issuer {
        Issuer(
            at: World.club, keys: keys, publishing: directory, identity: nil, store: .inMemory(),
            clock: { World.now })
    }

    @Test func `an honest issuer passes, and the verdict has its numbers`() async throws {
        try await withDirectory { directory in
            let issuer = issuer(publishing: directory)
            let edition = try await issuer.open(Edition("spring", limit: 10, nationalID: []))
            let holder = Holder(
                key: .secp256k1(World.privateKey("h")), secret: [1], clock: { World.now })
            for _ in 0..<10 {
                _ = try await issuer.issue(to: try await holder.request(edition))
            }
            try await issuer.setStatus(.suspended, of: 3, in: edition)
            try await issuer.setStatus(.suspended, of: 4, in: edition)
            try await issuer.setStatus(.valid, of: 3, in: edition)
            try await issuer.setStatus(.revoked, of: 4, in: edition)
            try await issuer.setStatus(.suspended, of: 5, in: edition)
            _ = try await issuer.open(Edition("none", limit: 0, nationalID: []))
            try await issuer.publishLists()
            let report = try await Auditor(of: issuer.profile, in: directory).audit()
            let spring = try #require(report.editions.first)
            #expect(spring.id == "spring" && spring.limit == 10 && spring.serials == 10)
            #expect(spring.active == 8 && spring.suspended == 1 && spring.revoked == 1)
            #expect(report.editions.count == 2 && report.checkpoint.size == 17)
            #expect("\(report)".contains("spring: limited to 10, 10 serials given; 8 cards"))
            #expect(report.japanese.contains("spring：限定 10"))
            // The log's line and the issuer's own.
            let note = try #require(try directory.checkpoint())
            #expect(note.encoded.split(separator: "\n").filter { $0.hasPrefix("—") }.count == 2)
            // Whoever asks for witnesses that nobody has is told so.
            let witness = try NoteSigner(name: "w.example", kind: .witness).key
            await #expect(throws: AuditFinding.checkpoint(.witnessesMissing)) {
                try await Auditor(
                    of: issuer.profile, witnesses: [witness], quorum: 1, in: directory
                ).audit()
            }
        }
    }

    @Test func `one flipped bit of an entry is named, in a log of two files (A101)`() async throws {
        try await withDirectory { directory in
            let story = AuditStory(keys)
            var entries = [try story.announcement()]
            for _ in 0..<400 { entries.append(story.card()) }
            try await story.publish(entries, in: directory, lists: story.lists(400, entries))
            _ = try await story.audit(directory)
            for (name, entry) in [("tile/entries/000", 3), ("tile/entries/001.p/145", 300)] {
                let genuine = try #require(try directory.read(name))
                let offset = name.hasSuffix("000") ? genuine.count - 67 * 253 + 40 : 67 * 44 + 40
                var spoilt = genuine
                spoilt[offset] ^= 1
                try directory.write(spoilt, to: name)
                await #expect(throws: AuditFinding.rootMismatch(entry: UInt64(entry))) {
                    try await story.audit(directory)
                }
                try directory.write(genuine, to: name)
            }
            try FileManager.default.removeItem(
                atPath: directory.path + "/tile/entries/001.p/145")
            await #expect(throws: AuditFinding.missing(file: "tile/entries/001.p/145")) {
                try await story.audit(directory)
            }
        }
    }

    @Test func `an issuer that signs anything it likes is found out, entry by entry`()
        async throws
    {
        let story = AuditStory(keys, limit: 2)
        let open = try story.announcement()
        let card = story.card()
        let leaf = Array(card.dropFirst(33))
        func entry(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] {
            [kind] + story.digest.array + content
        }
        func limit(
            _ count: Limit, number: Int = 1, by key: SigningKey? = nil,
            of edition: String = "spring"
        ) throws -> [UInt8] {
            entry(
                9,
                Array(
                    try LimitChange(
                        issuer: World.club, edition: edition, number: number, limit: count
                    ).signed(by: key ?? keys.card, at: World.now).utf8))
        }
        let stranger = SigningKey.secp256k1(World.privateKey("stranger"))
        let cases: [(String, [[UInt8]], UInt64, AuditFinding.EntryFault)] = [
            ("a third card of two (A79)", [open, card, card, card], 3, .beyondLimit),
            ("a card before its edition", [card, open], 0, .unknownEdition),
            ("an edition twice", [open, card, open], 2, .announcedTwice),
            (
                "an announcement of a stranger", [try story.announcement(by: stranger)], 0,
                .notSigned
            ),
            (
                "an announcement under another digest",
                [[1] + TreeHash.emptyTree.array + open.dropFirst(33)], 0, .notSigned
            ),
            (
                "a limit below what was given (A84)", [open, card, card, try limit(1)], 3,
                .badChange
            ),
            ("a change left out", [open, try limit(3, number: 2)], 1, .badChange),
            ("a change told twice", [open, try limit(3), try limit(3)], 2, .badChange),
            ("a change of a stranger", [open, try limit(900, by: stranger)], 1, .notSigned),
            ("a change of another edition", [open, try limit(900, of: "autumn")], 1, .notSigned),
            (
                "more after raising than the raised limit",
                [open, card, card, try limit(3), card, card], 5, .beyondLimit
            ),
            ("a card suspended that is not there", [open, entry(5, leaf)], 1, .impossible),
            (
                "a card resumed that was not suspended", [open, card, entry(6, leaf)], 2,
                .impossible
            ),
            ("a card revoked twice", [open, card, entry(7, leaf), entry(7, leaf)], 3, .impossible),
            (
                "a revocation after a suspension that was not", [open, card, entry(7, leaf + [1])],
                2, .impossible
            ),
            (
                "a serial returned that was not given",
                [open, card, entry(8, leaf + [0, 0, 0, 2])], 2, .impossible
            ),
            (
                "a serial returned twice",
                [open, card, card, entry(8, leaf + [0, 0, 0, 1]), entry(8, leaf + [0, 0, 0, 1])], 4,
                .impossible
            ),
            (
                "one more than were returned",
                [open, card, card, entry(8, leaf + [0, 0, 0, 1]), card, card], 5, .beyondLimit
            ),
            ("a re-issue of nothing", [open, entry(3, leaf)], 1, .impossible),
            ("an unknown kind", [open, entry(99, leaf)], 1, .malformed),
            ("kind 0", [open, entry(0, leaf)], 1, .malformed),
            ("a leaf of 31 bytes", [open, entry(2, leaf.dropLast())], 1, .malformed),
            ("a leaf of 33 bytes", [open, card + [0]], 1, .malformed),
            ("an empty entry", [open, []], 1, .malformed),
        ]
        for (name, entries, number, fault) in cases {
            try await withDirectory { directory in
                try await story.publish(entries, in: directory, lists: story.lists(1, entries))
                await #expect(throws: AuditFinding.entry(number, fault), "\(name)") {
                    try await story.audit(directory)
                }
            }
        }
    }

    @Test func `lists that do not fit the log are found out`() async throws {
        let story = AuditStory(keys, limit: 5)
        let entries = [try story.announcement(), story.card(), story.card(), story.card()]
        let stranger = SigningKey.secp256k1(World.privateKey("stranger"))
        let cases: [(String, String?, AuditFinding.ListFault?)] = [
            ("honest", try story.lists(3, entries), nil),
            ("none", nil, .missing),
            ("of a stranger", try story.lists(3, entries, by: stranger), .notSigned),
            ("of another edition", try story.lists(3, entries, edition: "autumn"), .notSigned),
            ("one person too many", try story.lists(4, entries), .count),
            ("one person less", try story.lists(2, entries), .count),
            ("more persons than commitments", try story.lists(3, entries, commitments: 2), .count),
            ("a person twice", try story.lists(3, entries, repeating: true), .notUnique),
            ("another limit", try story.lists(3, entries, limit: 6), .numbers),
            ("unlimited", try story.lists(3, entries, limit: .unlimited), .numbers),
            ("fewer serials", try story.lists(3, entries, issued: 2), .numbers),
            ("of a longer log", try story.lists(3, entries + [story.card()]), .anotherLog),
            (
                "of another log of this size", try story.lists(3, Array(entries.reversed())),
                .anotherLog
            ),
            ("of the log before the edition", try story.lists(0, []), .anotherLog),
            (
                "older, and right then", try story.lists(2, Array(entries.dropLast()), issued: 2),
                nil
            ),
        ]
        for (name, lists, fault) in cases {
            try await withDirectory { directory in
                try await story.publish(entries, in: directory, lists: lists)
                guard let fault else {
                    #expect(try await story.audit(directory).editions[0].active == 3, "\(name)")
                    return
                }
                await #expect(
                    throws: AuditFinding.lists(edition: "spring", fault), "\(name)"
                ) { try await story.audit(directory) }
            }
        }
    }

    @Test func `a checkpoint that is not this log's is not believed (A99)`() async throws {
        try await withDirectory { directory in
            let story = AuditStory(keys)
            let entries = [try story.announcement(), story.card()]
            try await story.publish(entries, in: directory, lists: story.lists(1, entries))
            let note = try #require(try directory.read("checkpoint"))
            for (name, bytes) in [
                ("nothing", []), ("cut", Array(note.dropLast(3))), ("longer", note + note),
            ] {
                try directory.write(bytes, to: "checkpoint")
                await #expect(throws: AuditFinding.self, "\(name)") {
                    try await story.audit(directory)
                }
            }
            // The issuer's own line beside the log's: right is right, wrong is refused.
            let genuine = try SignedNote(parsing: note)
            let line = IssuerSignature(
                origin: "club.example/tegata", key: keys.register.publicKey.xOnly)
            for (key, isRight) in [(keys.register, true), (World.privateKey("other"), false)] {
                let signed = line.sign(genuine, by: key, auxiliary: SHA256.hash([]))
                try directory.write(Array(signed.encoded.utf8), to: "checkpoint")
                if isRight {
                    _ = try await story.audit(directory)
                } else {
                    await #expect(throws: AuditFinding.checkpoint(.signatureInvalid)) {
                        try await story.audit(directory)
                    }
                }
            }
            let other = try NoteSigner(name: "club.example/tegata", kind: .log)
            let forged = try Checkpoint(
                origin: "club.example/tegata", size: 2, root: TreeHash(leaf: [1])
            ).signed(by: other)
            try directory.write(Array(forged.encoded.utf8), to: "checkpoint")
            await #expect(throws: AuditFinding.checkpoint(.signatureInvalid)) {
                try await story.audit(directory)
            }
        }
    }
}

/// An issuer who signs whatever it likes: entries and lists without the library's register.
struct AuditStory: Sendable {
    let keys: IssuerKeys
    let limit: Limit
    let digest = Edition.digest(issuer: World.club, id: "spring")

    init(_ keys: IssuerKeys, limit: Limit = 500) {
        self.keys = keys
        self.limit = limit
    }

    func announcement(by key: SigningKey? = nil) throws -> [UInt8] {
        guard let edition = try? Edition("spring", limit: limit, nationalID: []) else { return [] }
        let text = try OpenEdition.announcement(
            of: edition, by: World.club, identity: nil, services: nil, signedBy: key ?? keys.card,
            at: World.now)
        return LogEntry.signed(.open, digest, text).encoded
    }

    func card() -> [UInt8] {
        var random = SystemRandomness()
        return LogEntry.leaf(.card, digest, random.fixed()).encoded
    }

    func lists(
        _ count: Int, _ entries: [[UInt8]], by key: SigningKey? = nil, edition: String = "spring",
        commitments: Int? = nil, repeating: Bool = false, limit: Limit? = nil, issued: UInt32 = 3
    ) throws -> String {
        func column(_ tag: UInt8, _ count: Int) -> JSON {
            var points = (0..<count).map {
                [tag] + SHA256.hash([tag, UInt8($0 & 255), UInt8($0 >> 8)]).array
            }
            if repeating { points[0] = points[1] }
            return .bytes(points.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
        }
        var tree = MerkleTree()
        for entry in entries { tree.append(TreeHash(leaf: entry)) }
        let cards = UInt32(entries.filter { $0.first == 2 }.count)
        return try SignedText.sign(
            [
                "iss": .string(World.club), "iat": .whole(World.now), "edition": .string(edition),
                "issued": .whole(Int64(min(cards, issued == 3 ? cards : issued))),
                "limit": (limit ?? self.limit).json,
                "size": .whole(Int64(tree.size)), "root": .bytes(tree.root.array),
                "persons": column(2, count), "commitments": column(3, commitments ?? count),
            ], type: SignedLists.type, by: key ?? keys.card)
    }

    func publish(
        _ entries: [[UInt8]], in directory: LogDirectory, lists: String?
    ) async throws {
        var tree = MerkleTree()
        for entry in entries { tree.append(TreeHash(leaf: entry)) }
        let signer = try NoteSigner(name: "club.example/tegata", kind: .log, key: keys.log)
        let note = try Checkpoint(origin: signer.key.name, size: tree.size, root: tree.root)
            .signed(by: signer)
        try await directory.publish(tree, from: 0, note: note.encoded) { range throws(LogError) in
            Array(entries[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        if let lists {
            try directory.write(Array(lists.utf8), to: Auditor.listsFile(of: digest))
        }
    }

    func audit(_ directory: LogDirectory) async throws -> AuditReport {
        let issuer = Issuer(at: World.club, keys: keys)
        let edition = try Edition("spring", limit: limit, nationalID: [])
        _ = try await issuer.open(edition)
        return try await Auditor(of: issuer.profile, in: directory).audit()
    }
}

/// Lists and profile while editions open.
@Suite struct PublishingTests {
    @Test func `of many who open and publish at once the last profile has every edition`()
        async throws
    {
        let path = FileManager.default.temporaryDirectory.path + "/tegata-publishing-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let issuer = Issuer(
            at: World.club, keys: .generate(), publishing: LogDirectory(at: path), identity: nil,
            store: .inMemory(), clock: { World.now })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    _ = try await issuer.open(
                        Edition("edition-\(number)", limit: 1, nationalID: []))
                    try await issuer.publishLists()
                }
            }
            try await group.waitForAll()
        }
        let bytes = try #require(try LogDirectory(at: path).read("profile.json"))
        let profile = try IssuerProfile(parsing: String(decoding: bytes, as: UTF8.self))
        #expect(profile.editions.count == 40)
    }
}
