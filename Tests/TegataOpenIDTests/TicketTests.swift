import Testing

@testable import TegataOpenID

struct TicketTests {
    @Test func `a ticket that was not ours in form is none`() {
        let ticket = Ticket()
        #expect(Ticket(received: ticket.text) == ticket)
        for text in [
            "", "abc", ticket.text + "=", ticket.text + "A", String(ticket.text.dropLast()),
        ] {
            #expect(Ticket(received: text) == nil)
        }
    }
}
