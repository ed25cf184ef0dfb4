internal import TegataCrypto

/// Something that a wallet keeps for years, as far as there is room: a use that a shop took, the proof of a notice.
protocol Keepsake {
    /// What it is known by.
    var name: FixedBytes<32> { get }
    /// When it came about, seconds since 1970.
    var moment: Int64 { get }
    /// About as many bytes as it takes in a file.
    var size: Int { get }
}

extension Array where Element: Keepsake {
    /// Takes these in, each once, oldest first. Beyond so many, or so many bytes of them, the oldest go.
    mutating func take(_ new: [Element], atMost count: Int, bytes limit: Int) {
        var known = Set(map(\.name))
        self += new.filter { known.insert($0.name).inserted }
        // Those of one second in the order of their names, so that it does not matter which of two wallets reads the other's file.
        sort { left, right in
            left.moment == right.moment
                ? left.name.array.lexicographicallyPrecedes(right.name.array)
                : left.moment < right.moment
        }
        var bytes = 0
        let newest = reversed().prefix(count).prefix { one in
            bytes += one.size
            return bytes <= limit
        }
        self = newest.reversed()
    }
}
