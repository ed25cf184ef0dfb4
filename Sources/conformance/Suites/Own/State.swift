import Tegata
import TegataCrypto

/// What sealed stores and books of uses keep.
let stateFunctions: [String: OwnFunction] = [
    "seal": { input, _ in
        let shelf = Shelf()
        let store = shelf.sealed(under: try input.K.hex)
        _ = try await store.replace(
            try input.name.utf8, nil, with: try input.value.hex, until: 1, now: 0)
        guard try await store.value(of: try input.name.utf8, now: 0) == input.value.hex,
            let (name, value) = await shelf.row
        else { throw VectorError(what: "not kept") }
        return ["stored_name": .hex(name), "stored": .hex(value)]
    },
    "unseal": { input, _ in
        let shelf = Shelf(every: try input.stored.hex)
        let store = shelf.sealed(under: try input.K.hex)
        guard let value = try await store.value(of: try input.name.utf8, now: 0) else {
            throw VectorError(what: "not kept")
        }
        return ["value": .hex(value)]
    },
    "use": { input, _ in
        let journal = InMemoryJournal()
        _ = try await OneTimeBook(journal: journal).use(
            try input.subject.hex, of: 1, under: try input.key.hex)
        return ["entry": .hex(await journal.records(from: 0, atMost: 1)[0].entry)]
    },
]

/// A store of one row that can be looked at; it answers with that row whatever it is asked for.
private actor Shelf: StateStore {
    private(set) var row: (name: [UInt8], value: [UInt8])?

    init(every value: [UInt8]? = nil) { row = value.map { ([], $0) } }

    func value(of key: [UInt8], now: Int64) -> [UInt8]? { row?.value }

    func replace(
        _ key: [UInt8], _ old: [UInt8]?, with new: [UInt8]?, until expiry: Int64, now: Int64
    ) -> Bool {
        row = new.map { (key, $0) }
        return true
    }
}
