internal import TegataSDJWT

/// Where a notice stands. What may follow is a table, and the table is all of it (Spec/notice.md, "States").
public enum NoticeState: UInt8, Hashable, Sendable, CaseIterable {
    /// The holder may answer.
    case open = 0
    /// The holder said yes, and has a receipt.
    case confirmed = 1
    /// The holder said no, and has a receipt.
    case refused = 2
    /// The issuer took it back.
    case withdrawn = 3
    /// The issuer gave another one in its place.
    case replaced = 4
    /// Nobody answered in time.
    case expired = 5

    enum Event: CaseIterable {
        case confirm
        case refuse
        case withdraw
        case correct
        /// The deadline has come.
        case lapse
    }

    /// What an event makes of it: another state, or the same one where the event changes nothing.
    ///
    /// - Throws: `conflict` for what contradicts what was decided, `revoked` for an answer to what was taken back,
    ///   `expired` for one that comes too late.
    func after(_ event: Event) throws(Refusal) -> NoticeState {
        switch (self, event) {
        case (.open, .confirm), (.confirmed, .confirm), (.confirmed, .lapse): .confirmed
        case (.open, .refuse), (.refused, .refuse), (.refused, .withdraw), (.refused, .lapse):
            .refused
        case (.open, .withdraw), (.withdrawn, .withdraw), (.withdrawn, .lapse): .withdrawn
        case (.open, .correct), (.expired, .correct), (.replaced, .lapse): .replaced
        case (.open, .lapse), (.expired, .withdraw), (.expired, .lapse): .expired
        case (.confirmed, .refuse), (.confirmed, .withdraw), (.confirmed, .correct),
            (.refused, .confirm), (.refused, .correct), (.withdrawn, .correct),
            (.replaced, .withdraw), (.replaced, .correct):
            throw .conflict
        case (.withdrawn, .confirm), (.withdrawn, .refuse), (.replaced, .confirm),
            (.replaced, .refuse):
            throw .revoked
        case (.expired, .confirm), (.expired, .refuse): throw .expired
        }
    }

    /// What it is at a time, given the first second in which nobody may answer.
    func at(_ now: Int64, deadline: Int64) -> NoticeState {
        guard now >= deadline, let later = try? after(.lapse) else { return self }
        return later
    }
}

/// What a holder says to a notice.
public enum NoticeWord: UInt8, Hashable, Sendable, CaseIterable {
    /// Yes.
    case confirm = 1
    /// No.
    case refuse = 2

    /// As the texts write it.
    var name: String {
        switch self {
        case .confirm: "confirm"
        case .refuse: "refuse"
        }
    }

    init?(name: String) {
        guard let word = Self.allCases.first(where: { $0.name.hasSameBytes(as: name) }) else {
            return nil
        }
        self = word
    }

    var event: NoticeState.Event {
        switch self {
        case .confirm: .confirm
        case .refuse: .refuse
        }
    }

    /// What a notice is once this word is recorded.
    var state: NoticeState {
        switch self {
        case .confirm: .confirmed
        case .refuse: .refused
        }
    }
}
