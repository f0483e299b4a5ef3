/** A control call that cannot be done: 400 it is wrong, 404 no such thing, 409 the shop would not have done it. */
export class Refused extends Error {
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}
