internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// A part of a frozen list as it stands in the log (Spec/settlement.md): list 2 ‖ total 2 ‖ first 2 ‖ count 2 ‖ sessions.
struct SessionPart {
    /// Which list of the edition, from 0.
    let list: Int
    /// How many sessions the list has, 1 … 4,096.
    let total: Int
    /// The place of this part's first session in the list.
    let first: Int
    /// How many sessions are in this part.
    let count: Int
    /// The written sessions.
    let sessions: [UInt8]

    /// Whether the list is whole with this part.
    var isLast: Bool { first + count == total }

    var content: [UInt8] {
        [list, total, first, count].flatMap { bigEndian(UInt16($0)) } + sessions
    }

    /// The parts of a list of these written sessions, all of one size, each small enough for an entry of the log.
    static func split(_ sessions: [[UInt8]], list: Int) -> [SessionPart] {
        guard let size = sessions.first?.count else { return [] }
        let room = (0xffff - 33 - 8) / size
        return stride(from: 0, to: sessions.count, by: room).map { first in
            let here = sessions[first..<min(first + room, sessions.count)]
            return SessionPart(
                list: list, total: sessions.count, first: first, count: here.count,
                sessions: here.flatMap { $0 })
        }
    }

    private init(list: Int, total: Int, first: Int, count: Int, sessions: [UInt8]) {
        self.list = list
        self.total = total
        self.first = first
        self.count = count
        self.sessions = sessions
    }

    /// - Throws: `malformed`.
    init(parsing content: [UInt8]) throws(Refusal) {
        guard content.count > 8 else { throw .malformed }
        func number(_ place: Int) -> Int {
            Int(content[2 * place]) << 8 | Int(content[2 * place + 1])
        }
        self.init(
            list: number(0), total: number(1), first: number(2), count: number(3),
            sessions: Array(content[8...]))
        guard count > 0, total <= 4096, first + count <= total else { throw .malformed }
    }
}
