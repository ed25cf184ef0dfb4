internal import TegataCrypto

/// How many cards of an edition an archive has: what makes it complete, and not only unchanged. Anyone counts the same in the log.
public struct EditionCount: Hashable, Sendable {
    /// Which edition.
    public let edition: EditionDigest
    /// Cards that came to exist: serials given, those given again too.
    public fileprivate(set) var rows = 0
    /// Cards in force.
    public fileprivate(set) var active = 0
    /// Cards suspended for now.
    public fileprivate(set) var suspended = 0
    /// Cards revoked for good.
    public fileprivate(set) var revoked = 0
    /// Cards that were returned.
    public fileprivate(set) var returned = 0

    fileprivate init(_ edition: EditionDigest) { self.edition = edition }

    /// Whether these are the cards of `edition`.
    public func isOf(_ edition: OpenEdition) -> Bool { self.edition == edition.digest }

    fileprivate mutating func take(_ entry: LogEntry) {
        switch entry.kind {
        case .card:
            rows += 1
            active += 1
        case .suspend:
            active -= 1
            suspended += 1
        case .resume:
            suspended -= 1
            active += 1
        case .revoke:
            if entry.wasSuspended { suspended -= 1 } else { active -= 1 }
            revoked += 1
        case .giveBack:
            active -= 1
            returned += 1
        default: return
        }
    }

    var json: JSON {
        [
            .bytes(edition.array), .whole(Int64(rows)), .whole(Int64(active)),
            .whole(Int64(suspended)), .whole(Int64(revoked)), .whole(Int64(returned)),
        ]
    }

    /// - Throws: `malformed`.
    init(json: JSON) throws(Refusal) {
        let parts = try json.elements(atMost: 6)
        guard parts.count == 6 else { throw .malformed }
        edition = try parts[0].fixedBytes()
        var numbers = [Int]()
        for part in parts[1...] {
            guard let number = part.integer.flatMap(Int.init(exactly:)) else { throw .malformed }
            numbers.append(number)
        }
        (rows, active, suspended) = (numbers[0], numbers[1], numbers[2])
        (revoked, returned) = (numbers[3], numbers[4])
    }
}

/// The counts of all editions, in the order in which the log opens them.
struct EditionCounts: Hashable, Sendable {
    private(set) var list = [EditionCount]()
    private var places = [EditionDigest: Int]()

    init(_ list: [EditionCount] = []) {
        for count in list where places.updateValue(self.list.count, forKey: count.edition) == nil {
            self.list.append(count)
        }
    }

    mutating func take(_ entry: LogEntry) {
        if entry.kind == .open, places[entry.edition] == nil {
            places[entry.edition] = list.count
            list.append(EditionCount(entry.edition))
        }
        guard let place = places[entry.edition] else { return }
        list[place].take(entry)
    }
}
