internal import TegataCrypto
internal import TegataSDJWT

/// Who has which second index in an edition: by name, birth date and sex, whatever the ID card (Spec/edition.md).
struct SecondIndexes: Sendable {
    /// The cards of whoever was seen under an index: also under an earlier name, or before a card was revoked.
    private var cards = [FixedBytes<33>: [UInt32]]()
    /// The same, by card.
    private var names = [UInt32: [FixedBytes<33>]]()
    /// How many exceptions for an index that somebody has wait for their card.
    private(set) var exceptions = 0

    /// The serials that stand for whoever has this index, in no order.
    func serials(of index: FixedBytes<33>) -> [UInt32] { cards[index] ?? [] }

    /// Whether somebody has this index, besides the holder of `serial`.
    func isTaken(_ index: FixedBytes<33>, besides serial: UInt32? = nil) -> Bool {
        guard let found = cards[index] else { return false }
        return serial.map { !found.contains($0) } ?? true
    }

    /// An exception was declared: one card may have an index that somebody has.
    mutating func except() { exceptions += 1 }

    /// A card comes to have an index.
    ///
    /// - Throws: `malformed` for somebody else's without an exception.
    mutating func give(_ index: FixedBytes<33>, to serial: UInt32) throws(Refusal) {
        if isTaken(index, besides: serial) {
            guard exceptions > 0 else { throw .malformed }
            exceptions -= 1
        }
        guard cards[index]?.contains(serial) != true else { return }
        cards[index, default: []].append(serial)
        names[serial, default: []].append(index)
    }

    /// A serial does not stand for anybody any more, but for whoever has this index.
    mutating func forget(_ serial: UInt32, but index: FixedBytes<33>? = nil) {
        for other in names.removeValue(forKey: serial) ?? [] where other != index {
            cards[other]?.removeAll { $0 == serial }
            if cards[other]?.isEmpty == true { cards[other] = nil }
        }
        names[serial] = index.map { [$0] }
    }
}
