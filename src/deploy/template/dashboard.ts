/**
 * What there is to see of a stage. An account has three dashboards free; each further one is $3 a
 * month.
 */
import { stackNames } from "../../stack/names.ts";
import { type Row, rowsOf } from "./dashboard-rows.ts";
import { type Deployment, pseudo, sub, type TemplatePart } from "./part.ts";

const columns = 24;
const rowHeight = 6;

export function dashboard(deployment: Deployment): TemplatePart {
  // Unlike the rest of a stack, it belongs to no region, and a stage may be in several.
  const name = sub(`${stackNames(deployment.stage).stack}-${pseudo("Region")}`);
  const body = { start: "-PT24H", widgets: rowsOf(deployment).flatMap(place) };
  return {
    resources: {
      Dashboard: {
        Type: "AWS::CloudWatch::Dashboard",
        Properties: { DashboardName: name, DashboardBody: sub(JSON.stringify(body)) },
      },
    },
    outputs: { Dashboard: { Description: "CloudWatch's dashboard of the stage.", Value: name } },
  };
}

/** Widgets of a row share its width. */
function place(row: Row, index: number) {
  const width = columns / row.length;
  const size = { y: index * rowHeight, width, height: rowHeight };
  return row.map((widget, at) => ({ ...widget, x: at * width, ...size }));
}
