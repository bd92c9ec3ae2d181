import { createPrivateKey, createPublicKey } from 'node:crypto'

/*
 * Keys for development and tests. They are published with this package: they protect nothing, and a backend in live
 * mode refuses them. Base64 of DER without the lines around it, as Alipay's own tools hand keys out.
 */

const app =
  'MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCxpQOhs44gtil+' +
  'yzh8xuypRN8IFZI6JjKNYyesFuzkt7YClOB840b0znyMOIEtmTZvfbnctfvwGxY0' +
  '5dqQ5HItvynOu9CRYqSRkB08U+XGF7QZ234ge93CuHY0bZDVTQmFmUNXvfLjSF0o' +
  'ol9Q6asILVOtpGgyP57Ms98Sr6B7LgAofsoiahSLSCpPJaKpjHQ/iLw81YShoRFN' +
  'yBAqBiunPibn7xfJnQ0oy42ZH02pyTsHF0ZicPB+b1JxHPh5RgVc+5oTOSL7agQl' +
  'LiuGkEHf7ZVzRcO0hDp9BrIXz4ZVKW3dyIxm9+sEHdLNbOfIQKLGL6NFJle72fvA' +
  'k34bfYb5AgMBAAECggEACsHLyQBm9Fsjgx6KMqAXF57ohIRN4QCMIhyle9m9iZII' +
  'Tvq150oZ81wHlbQcOmcjMTgjR5arhVwWiah7hjeXJGcFgJPF6u/WuEvKQWtxKAAq' +
  'c0Bj0FK/2Hk0CzOxSAFMuM7RkaAac6HfpkTC0dL8fNfFz+d7OcO5eXrQ4MBKzvqd' +
  'dakIdyzFMCCpWaHRb+fJqhxQCgXz19BRPb8Te45w19DrUlv0Mqp7fNEhpjvQxMyf' +
  'al4DZ+4YEAk58uKoDLDTVoQ3iNz52+/qUJSSUjEQl0RL4MC0KhSplNEnul2HuLu3' +
  'JULwcvC59W4Vkau57uR+WLMB5+rsHF1/cnCVJUODgQKBgQD6aiRv/UfuDgmA0TI6' +
  '36JoCABwY6Xdzw96fzlAO481SvU7pTMOflN5eQfcxUvXQCLGLVzlB9HqB/814Hd0' +
  'M7JX+F65eFfRIAswvkaQYyGgwHR9awwOkZXPeLEK8562smCTMEHHk2UHybdZu3PK' +
  'YvqxGitG9IiWVbRSO4DISfIioQKBgQC1m1uaF2DDoycmfVO+YFUYIA2PZhq6OOZ6' +
  'YxErCl6NdDNMx2Cf8d4hARnwqrRWWEW2fPAZC08A6BUXfnLRTd/LfwZ5Qg1MxDHA' +
  'LcpLIapguPoh/tWQcf8+gfsc7oDcIijh1vek712LxwZjaUxCSViSSNAqtozJu/fP' +
  'IcsZ0NtdWQKBgQCaxKlakec4CXL0K9dorblZpMBoth3YtlXxttnyih0bqgVhZNvm' +
  'dEsxQ42JdGNIWTpk07qbTzb89w5UBTSvHBh46GfbJ7bW6IAiEyfXq30oNmqI7XVZ' +
  'N7+oqAZ8J1ALyLmJnwS4za9endx1WDbbektI1Ey1IQOeLsAxJteUcqd1oQKBgQCj' +
  'fsc79ZoG5wZjD2dqOB3Dx2+NzvV2+6z7N98H6aDwJlHc6I4j0MMS4YPx+Cy8o2G3' +
  'hck+MsEgZtA+Q3eo2TwGX0h7uCxzFRpZEqBRfXB+/WkrW9n23bpWEvz4sfvOsu4t' +
  'S7PNiDWmljo5G14tOw0DPYwzN/+NyqyxjJHlnvMumQKBgA4xGswuo+f1vYEV17kT' +
  'YdVdyABwMrSXYtI8QvJgvgvOqgh87573jdB0oY2MVj76bhIDSuCZK9WJWxXVPdKA' +
  'VcJvrfw8c906OpjImn5ZbD70jtlZnFoQTXFlBo4fNeaZsvqCwLRJRRTbFcB7vFZT' +
  'UtD1XkubF6hMDMZt3KhphNXT'

const rail =
  'MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCDnonDK0+JUeXC' +
  'sYfFknFfrH/M1J4GC9Yhi9jm5AjoIm9+UN9/Lb7cH6rCJO1EJUsSgWmNAhbCu8hU' +
  'GwVb96x/HdDGgKsrffleTNSKdZp+4FKThWnykRoR1gRMugQhss3Cymy/3Jt+JFi+' +
  'RwG3NE/aXBMT70JOQ25Mi/Q/6A/ZLXjyeU4D5VbHLtL73B+uluX0gl+EnwPgsl0q' +
  'VB4p2ckbEDACpmQQJO0pCkbTvO2rxgSvrx56c4Ci+FYL8EFE6+XXWJ8gvV1OL6nS' +
  '7pSipMZXGaAeZ1ULVVDrcsG7LcmwD/Pri9GiHNu3RbkxZgU8hF5WZahwBPfwaICV' +
  'AxyslnEXAgMBAAECggEADsWu6ZBFW4CtHGZneiW/AsFuEJO2brBKZrZ28Ccc1szy' +
  'nYc/JluAhd0qAaM6XAEhhWCv84sN+eowiDwGJHXOTvAOPBE55OY9JDfUTPv5DI9p' +
  'xTPemcJuXh0am2/vQcb7MAcfIIOGkihLK4P1rdW5tqTJ4V1joDwSN5YnojqN+M5o' +
  'Bed/SYE4InK1BW0GsDLD1xpqR8YoKiusls2VqmEveKmilvN4fhSYrCgCM3dpqjVJ' +
  'YXsT65EOHf+lYj/7s+ZIl5+i/MIrLzNDvjBS0a9TJfEcBesr+OOrXBr8h/bpgw+9' +
  'EjF42ocG2QEgu/6jzYF4jxIjsq0/FO91ePQc7aYsWQKBgQC3wmlMptEQzxgMxUm7' +
  '4Ywk5vMbwNLgvS9SLjRhzPKZelpReC4yG1EINxGjDE1hvl8b6rEHGQbo2GktwEId' +
  'B0bIkjCVuCd5PUAeuLOp7EtIRd85FbaeBbV8/QVT78G7odaBG//Y0/kDfVProSWU' +
  't2L40YmN0evkShkx82MsUcpZbwKBgQC3XLuMCiQsgRUjugHPfmd82/1wwnofwFgE' +
  'KgHA2pXI8bZ4Nuc9KVOHXbw1MMh7vUUYHGL02Z7KiI/XFZmBJ2NsGquXcmUQIeeF' +
  '5qGNoQb1+Y1yHjWv3h3yz2wr01eJ8OBCR3HVIZqZj5SSjJoII1tXwKnSBecJg/CF' +
  'n+GwArR+2QKBgE/NSQd1xoNDPJGHOB80szTvaxJZafsZjaxlzm/OnmiSnxiUVZOD' +
  'E2y65ZjmZdCV6R3pjRmk/8AtA3hP7yZGG7JM8naCs/nN5MOyuKuJp6PqXCehS15S' +
  '4l82TpMGIx9GCC6npzNV0uV2DvTcVcLA5WVjMhZ53LSWjVyI8z+zAWpXAoGAYzsp' +
  'OClI2FjnItWII02qHdVEPCDTTJmgSGifWEozI3NEJ5y22c+ip7BfqX2EEgsk+F5s' +
  'Y0vedocfKOxEjbPOR3PLhwNelDN1A28D4QzTIozyMl8M+OdA1+XPCYyvZDRaeSQH' +
  'A6vS6eXdJs42kc7ooP3gKYwOM4UWxon27nUYT0kCgYBNXr1KQPaytWsW5Edfotvg' +
  '2Yj1ZU7zqFR1frq4JA6wTrh4FqIL18C6TDWkHNM976LxsVINVaXKLHUzluhL/CWk' +
  'heOVOrBdUsICauNKnGXxLan0WnGKNGG+gi0LBNYHG2e4KHyP8UIYQkBzNgfiXS05' +
  'PXjOPyNcttOcL/gy2aip6g=='

function publicOf(key: string): string {
  const privateKey = createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' })
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64')
}

export interface TestKeys {
  /** PKCS#8, base64. */
  readonly privateKey: string
  /** SPKI, base64. */
  readonly publicKey: string
}

/** The merchant's application. */
export const appKeys: TestKeys = { privateKey: app, publicKey: publicOf(app) }

/** The simulated Alipay. */
export const railKeys: TestKeys = { privateKey: rail, publicKey: publicOf(rail) }
