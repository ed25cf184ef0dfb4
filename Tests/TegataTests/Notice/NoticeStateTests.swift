import Testing

@testable import Tegata

/// The table of Spec/notice.md, all of it.
@Suite struct NoticeStateTests {
    private static let events: [NoticeState.Event] = [
        .confirm, .refuse, .withdraw, .correct, .lapse,
    ]

    private static let table: [NoticeState: [Result<NoticeState, Refusal>]] = [
        .open: [
            .success(.confirmed), .success(.refused), .success(.withdrawn), .success(.replaced),
            .success(.expired),
        ],
        .confirmed: [
            .success(.confirmed), .failure(.conflict), .failure(.conflict), .failure(.conflict),
            .success(.confirmed),
        ],
        .refused: [
            .failure(.conflict), .success(.refused), .success(.refused), .failure(.conflict),
            .success(.refused),
        ],
        .withdrawn: [
            .failure(.revoked), .failure(.revoked), .success(.withdrawn), .failure(.conflict),
            .success(.withdrawn),
        ],
        .replaced: [
            .failure(.revoked), .failure(.revoked), .failure(.conflict), .failure(.conflict),
            .success(.replaced),
        ],
        .expired: [
            .failure(.expired), .failure(.expired), .success(.expired), .success(.replaced),
            .success(.expired),
        ],
    ]

    @Test(arguments: NoticeState.allCases)
    func `every event in every state does what the table says`(state: NoticeState) throws {
        let row = try #require(Self.table[state])
        #expect(row.count == NoticeState.Event.allCases.count)
        for (event, expected) in zip(Self.events, row) {
            let result: Result<NoticeState, Refusal>
            do throws(Refusal) {
                result = .success(try state.after(event))
            } catch {
                result = .failure(error)
            }
            #expect(result == expected, "\(state) \(event)")
        }
    }

    @Test func `whatever happens, what was decided is decided once`() throws {
        // Every history of five events: yes and no never both happen, and nothing leads back to open.
        var histories = [(states: [NoticeState.open], events: [NoticeState.Event]())]
        for _ in 0..<5 {
            histories = histories.flatMap { history in
                Self.events.map { event in
                    let last = history.states[history.states.count - 1]
                    let next = (try? last.after(event)) ?? last
                    return (history.states + [next], history.events + [event])
                }
            }
        }
        #expect(histories.count == 3125)
        for (states, _) in histories {
            #expect(!(states.contains(.confirmed) && states.contains(.refused)))
            let first = states.firstIndex { $0 != .open } ?? states.count
            #expect(!states[first...].contains(.open))
            if let index = states.firstIndex(of: .confirmed) {
                #expect(states[index...].allSatisfy { $0 == .confirmed })
            }
        }
    }

    @Test func `a deadline ends what is open, in its very second, and nothing else`() {
        #expect(NoticeState.open.at(99, deadline: 100) == .open)
        #expect(NoticeState.open.at(100, deadline: 100) == .expired)
        for state in NoticeState.allCases where state != .open {
            #expect(state.at(100, deadline: 100) == state)
        }
    }
}
