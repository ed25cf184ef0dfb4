internal import Synchronization
internal import Tegata

/// A move between two wallets that a person carries from page to page (Spec/wallet.md, "From device to device"): one at a time, for
/// the browser session that began it, and gone with the process. Each step is taken once.
final class DeviceMoves: Sendable {
    private struct State: ~Copyable, Sendable {
        var session = [UInt8]()
        var offered: SendingDevice?
        var sending: SendingDevice.MetDevice?
        var replied: ReceivingDevice?
        var receiving: ReceivingDevice.MetDevice?

        init() {}

        mutating func begin(_ session: [UInt8]) {
            self = State()
            self.session = session
        }

        func check(_ session: [UInt8]) throws {
            guard session == self.session else { throw Refusal.expired }
        }
    }

    private let state = Mutex(State())

    /// The old wallet begins.
    func offer(_ session: [UInt8]) -> String {
        state.withLock { state in
            state.begin(session)
            let device = SendingDevice()
            let text = device.offer
            state.offered = consume device
            return text
        }
    }

    /// The old wallet hears the new one.
    ///
    /// - Throws: `expired` for another session or step, `malformed`.
    func meet(_ reply: String, _ session: [UInt8]) throws -> (reveal: String, code: String) {
        try state.withLock { state throws in
            try state.check(session)
            guard let device = state.offered.take() else { throw Refusal.expired }
            let met = try device.meet(reply)
            let said = (reveal: met.reveal, code: met.code)
            state.sending = consume met
            return said
        }
    }

    /// The old wallet seals everything, when the digits are the same.
    ///
    /// - Throws: `expired`, `unauthorized` for other digits, `limitExceeded`.
    func send(_ wallet: Wallet, comparing code: String, _ session: [UInt8]) throws -> [UInt8] {
        try state.withLock { state throws in
            try state.check(session)
            guard let device = state.sending.take() else { throw Refusal.expired }
            return try device.send(wallet, comparing: code)
        }
    }

    /// The new wallet answers an offer.
    ///
    /// - Throws: `malformed`.
    func reply(to offer: String, _ session: [UInt8]) throws -> String {
        try state.withLock { state throws in
            state.begin(session)
            let device = try ReceivingDevice(offer)
            let text = device.reply
            state.replied = consume device
            return text
        }
    }

    /// The new wallet learns the old one's key.
    ///
    /// - Returns: the digits.
    /// - Throws: `expired`, `malformed`, `conflict` for a key that was not promised.
    func learn(_ reveal: String, _ session: [UInt8]) throws -> String {
        try state.withLock { state throws in
            try state.check(session)
            guard let device = state.replied.take() else { throw Refusal.expired }
            let met = try device.meet(reveal)
            let code = met.code
            state.receiving = consume met
            return code
        }
    }

    /// The new wallet takes in what the old one sealed.
    ///
    /// - Throws: `expired`; what `ReceivingDevice.MetDevice.receive` throws.
    func receive(
        _ file: [UInt8], comparing code: String, into wallet: inout Wallet, _ session: [UInt8]
    ) throws -> WalletImport {
        var device: ReceivingDevice.MetDevice? = try state.withLock { state throws in
            try state.check(session)
            return state.receiving.take()
        }
        guard let device = device.take() else { throw Refusal.expired }
        return try device.receive(file, into: &wallet, comparing: code)
    }
}
