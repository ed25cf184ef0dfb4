import Tegata
import TegataSQLite

/// Something that may be used ten times, and is asked for twelve: the same in every process, so that each can ask again.
enum Rides {
    static let limit = 10
    static let asked = 12
    private static let subject = Array("rides".utf8)

    static func book(in folder: String) -> OneTimeBook {
        OneTimeBook(journal: .sqlite(at: folder + "/uses.db"))
    }

    static func use(_ book: OneTimeBook, _ ride: Int) async throws(Refusal) -> OneTimeUse {
        try await book.use(subject, of: limit, under: [UInt8(ride)])
    }

    /// The next process: each use that was answered is counted, once, and there are as many as may be.
    static func check(_ folder: String, _ given: [Int: UInt64]) async throws {
        try expect(Set(given.values).count == given.count, "two were the same use: \(given)")
        let book = book(in: folder)
        let before = try await book.uses(of: subject)
        try expect(before >= given.count, "\(given.count) were answered, \(before) are counted")
        for ride in given.keys {
            guard case .repeated = try await use(book, ride) else {
                throw Broken("ride \(ride) was answered, and is not known")
            }
        }
        try expect(try await book.uses(of: subject) == before, "asking again was counted")
        var counted = 0
        for ride in 0..<asked {
            switch try await use(book, ride) {
            case .used, .repeated: counted += 1
            case .exhausted: continue
            }
        }
        try expect(counted == limit, "\(counted) rides of \(limit)")
        try expect(try await book.uses(of: subject) == limit, "another count in the book")
    }
}
