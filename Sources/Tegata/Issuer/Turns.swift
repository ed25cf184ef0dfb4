internal import TegataSDJWT

/// Lets work that waits in between be done one after the other, in the order of asking: what begins later sees what came before.
actor Turns {
    private var last: Task<Void, Never>?

    func take(
        _ work: @escaping @Sendable () async throws(Refusal) -> Void
    ) async throws(Refusal) {
        let before = last
        let turn = Task { () async -> Result<Void, Refusal> in
            await before?.value
            do throws(Refusal) {
                return .success(try await work())
            } catch {
                return .failure(error)
            }
        }
        last = Task { _ = await turn.value }
        try await turn.value.get()
    }
}
