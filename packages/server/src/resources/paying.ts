import type {
  ListFilters, OperatorTransfer, OperatorTransferCreate, Payout, PayoutCreate, Seller, SellerBalance, SellerCreate,
  SellerUpdate, Settlement, SettlementImport, SettlementLine, SettlementsImported,
} from '@holdfast/contract/types'
import { path, type Caller } from '../caller.ts'
import { readPage, type List, type Page } from '../list.ts'
import type { CallOptions, WriteOptions } from '../options.ts'

/** Who is owed. */
export class Sellers {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** @throws HoldfastError `reference_taken` - `existing` is the seller's id that has the reference */
  async create(params: SellerCreate, options?: WriteOptions): Promise<Seller> {
    return this.#caller.post('/v1/sellers', params, options)
  }

  async retrieve(id: string, options?: CallOptions): Promise<Seller> {
    return this.#caller.get(path`/v1/sellers/${id}`, options)
  }

  /** Changes what is named; `null` removes an email address or a bank account. */
  async update(id: string, params: SellerUpdate, options?: WriteOptions): Promise<Seller> {
    return this.#caller.patch(path`/v1/sellers/${id}`, params, options)
  }

  list(filters?: ListFilters['sellers.list'], options?: CallOptions): List<Seller> {
    return this.#caller.list('/v1/sellers', filters, options)
  }

  /** A seller's balances, one a currency, all on one page. */
  async balances(id: string, options?: CallOptions): Promise<Page<SellerBalance>> {
    return readPage(await this.#caller.get(path`/v1/sellers/${id}/balances`, options))
  }
}

/** Sellers' balances on their way to their banks. */
export class Payouts {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /**
   * Sends a seller's settled balance to its bank account: all that is payable by default.
   *
   * @throws HoldfastError `funds_not_settled` - `remaining` is what is payable now
   * @throws HoldfastError `bank_account_missing`
   */
  async create(params: PayoutCreate, options?: WriteOptions): Promise<Payout> {
    return this.#caller.post('/v1/payouts', params, options)
  }

  async retrieve(id: string, options?: CallOptions): Promise<Payout> {
    return this.#caller.get(path`/v1/payouts/${id}`, options)
  }

  list(filters?: ListFilters['payouts.list'], options?: CallOptions): List<Payout> {
    return this.#caller.list('/v1/payouts', filters, options)
  }
}

/** Rails' reports of what they pay, line by line. */
export class Settlements {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /**
   * Fetches and posts the rails' new reports now, each by itself; the backend's worker does so daily. What could not be
   * posted is in `failed`: it keeps out no other, and the next import, under a new key, tries it again.
   */
  async import(params: SettlementImport = {}, options?: WriteOptions): Promise<SettlementsImported> {
    return this.#caller.post('/v1/settlements/import', params, options)
  }

  async retrieve(id: string, options?: CallOptions): Promise<Settlement> {
    return this.#caller.get(path`/v1/settlements/${id}`, options)
  }

  lines(id: string, filters?: ListFilters['settlements.lines'], options?: CallOptions): List<SettlementLine> {
    return this.#caller.list(path`/v1/settlements/${id}/lines`, filters, options)
  }

  list(filters?: ListFilters['settlements.list'], options?: CallOptions): List<Settlement> {
    return this.#caller.list('/v1/settlements', filters, options)
  }
}

/** The operator's own money in custody. */
export class Operator {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** Records money that the operator put into custody: rail fees are taken before the first release earns any. */
  async topUp(params: OperatorTransferCreate, options?: WriteOptions): Promise<OperatorTransfer> {
    return this.#caller.post('/v1/operator/top-ups', params, options)
  }

  /** Takes earned fees out of custody. @throws HoldfastError `custody_insufficient` */
  async withdraw(params: OperatorTransferCreate, options?: WriteOptions): Promise<OperatorTransfer> {
    return this.#caller.post('/v1/operator/withdrawals', params, options)
  }
}
